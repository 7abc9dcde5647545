package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.apart;
import static imagespace.backend.cpu.Simd.whole;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** The way back through an activation x > 0 ? x : slope * x and a bias. */
final class Activations {
    /** Fixed number of partial column sums, so that the bits do not depend on the number of threads. */
    private static final int SUMS = 32;

    private final ThreadTeam team;
    private final ThreadTeam.Task backwardTask = this::backwardRows;
    private float[] sums = {};

    // what the running call works on
    private CpuTensor dOut;
    private CpuTensor mask;
    private CpuTensor out;
    private float slope;
    private int rows;
    private int channels;

    Activations(ThreadTeam team) {
        this.team = team;
    }

    /** dOut [rows, channels] times the derivative, in place; dBias [channels] is set to the column sums. */
    void backward(CpuTensor dOut, CpuTensor dBias, CpuTensor out, float slope, int rows, int channels) {
        backward(dOut, null, dBias, out, slope, rows, channels);
    }

    /** The same through a dropout behind the activation, if there is a mask: dOut times the mask first. */
    void backward(CpuTensor dOut, CpuTensor mask, CpuTensor dBias, CpuTensor out, float slope, int rows, int channels) {
        this.dOut = dOut;
        this.mask = mask;
        this.out = out;
        this.slope = slope;
        this.rows = rows;
        this.channels = channels;
        sums = Simd.grown(sums, SUMS * apart(channels));
        team.run(SUMS, backwardTask);
        for (int c = 0; c < channels; c++) {
            float total = 0;
            for (int task = 0; task < SUMS; task++) {
                total += sums[START + task * apart(channels) + c];
            }
            dBias.data[dBias.at + c] = total;
        }
    }

    private void backwardRows(int task, int worker) {
        int from = (int) ((long) rows * task / SUMS);
        int to = (int) ((long) rows * (task + 1) / SUMS);
        int sum = START + task * apart(channels);
        Arrays.fill(sums, sum, sum + channels, 0);
        for (int row = from; row < to; row++) {
            int d = dOut.at + row * channels;
            int o = out.at + row * channels;
            int c = 0;
            for (; c < whole(channels); c += LANES) {
                FloatVector gradient = FloatVector.fromArray(F, dOut.data, d + c);
                if (mask != null) {
                    gradient = gradient.mul(FloatVector.fromArray(F, mask.data, mask.at + row * channels + c));
                }
                if (slope != 1) {
                    gradient = gradient.mul(slope)
                            .blend(
                                    gradient,
                                    FloatVector.fromArray(F, out.data, o + c).compare(VectorOperators.GT, 0));
                }
                gradient.intoArray(dOut.data, d + c);
                gradient.add(FloatVector.fromArray(F, sums, sum + c)).intoArray(sums, sum + c);
            }
            for (; c < channels; c++) {
                if (mask != null) {
                    dOut.data[d + c] *= mask.data[mask.at + row * channels + c];
                }
                if (!(out.data[o + c] > 0)) {
                    dOut.data[d + c] *= slope;
                }
                sums[sum + c] += dOut.data[d + c];
            }
        }
    }
}
