package imagespace.backend.cpu;

import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.Activation;
import imagespace.backend.cpu.Gemm.Scratch;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * out [rows, outputs] = activation(in [rows, inputs] * weights [inputs, outputs] + bias) of a dense layer for a handful of rows.
 *
 * <p>{@link Product} packs the weights first, which pays if many rows are multiplied by them. For few rows that would be most
 * of the time, the more so where processors share no cache: each would write lines that the other one has just read. Here weights
 * are read as they lie, each once. Sums go in the order of Product's, so that an image gets the same logits in any batch.
 */
final class DenseForward {
    /**
     * From 2,304 to 512, one row takes 0.04 ms and packed 0.18, eight take 0.21 and packed 0.18 (two cores of a Zen 4). But nine took
     * 0.78 packed, not 0.27, while these cores shared no cache.
     */
    private static final int MOST_ROWS = 8;
    /** Rows of weights that the inner loop takes at a time, so that sums are loaded and stored less often. */
    private static final int TOGETHER = 4;
    /** Tasks a thread: some, so that a thread that is held up does not hold up all. */
    private static final int TASKS_A_THREAD = 2;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final ThreadTeam.Task outputsTask = this::outputs;

    // what the running call works on
    private CpuTensor out;
    private CpuTensor in;
    private CpuTensor weights;
    private CpuTensor bias;
    private float slope;
    private int rows;
    private int inputs;
    private int outputs;
    private int tasks;

    DenseForward(ThreadTeam team, Scratch[] scratch) {
        this.team = team;
        this.scratch = scratch;
    }

    /** Whether this is the better way for such a layer and batch; {@link Product} takes any. */
    static boolean fits(int rows, int outputs) {
        return rows <= MOST_ROWS && outputs % LANES == 0;
    }

    void run(
            CpuTensor out,
            CpuTensor in,
            CpuTensor weights,
            CpuTensor bias,
            Activation activation,
            int rows,
            int inputs,
            int outputs) {
        this.out = out;
        this.in = in;
        this.weights = weights;
        this.bias = bias;
        slope = activation.slope();
        this.rows = rows;
        this.inputs = inputs;
        this.outputs = outputs;
        int vectors = outputs / LANES;
        tasks = Math.min(vectors, TASKS_A_THREAD * team.threads());
        for (Scratch s : scratch) {
            s.c = Simd.grown(s.c, rows * ((vectors + tasks - 1) / tasks) * LANES);
        }
        team.run(tasks, outputsTask);
    }

    /** Some outputs of all rows: a stretch of the inputs after the other, as in Product. */
    private void outputs(int task, int worker) {
        int vectors = outputs / LANES;
        int first = (int) ((long) vectors * task / tasks) * LANES;
        int wide = (int) ((long) vectors * (task + 1) / tasks) * LANES - first;
        float[] sums = scratch[worker].c;
        int stretch = Gemm.stretch(roundUp(inputs, CHUNK), CHUNK);
        for (int k = 0; k < inputs; k += stretch) {
            int end = Math.min(inputs, k + stretch);
            Arrays.fill(sums, START, START + rows * wide, 0);
            int i = k;
            for (; i <= end - TOGETHER; i += TOGETHER) {
                for (int row = 0; row < rows; row++) {
                    addFour(sums, START + row * wide, row, i, first, wide);
                }
            }
            for (; i < end; i++) {
                for (int row = 0; row < rows; row++) {
                    addOne(sums, START + row * wide, row, i, first, wide);
                }
            }
            store(sums, first, wide, k == 0, end == inputs);
        }
    }

    /** To the sums of a row, outputs [first, first + wide), the products of four inputs from i on. */
    private void addFour(float[] sums, int to, int row, int i, int first, int wide) {
        int x = in.at + row * inputs + i;
        FloatVector x0 = FloatVector.broadcast(F, in.data[x]);
        FloatVector x1 = FloatVector.broadcast(F, in.data[x + 1]);
        FloatVector x2 = FloatVector.broadcast(F, in.data[x + 2]);
        FloatVector x3 = FloatVector.broadcast(F, in.data[x + 3]);
        float[] w = weights.data;
        int w0 = weights.at + i * outputs + first;
        int w1 = w0 + outputs;
        int w2 = w1 + outputs;
        int w3 = w2 + outputs;
        for (int c = 0; c < wide; c += LANES) {
            FloatVector sum = FloatVector.fromArray(F, sums, to + c);
            sum = x0.fma(FloatVector.fromArray(F, w, w0 + c), sum);
            sum = x1.fma(FloatVector.fromArray(F, w, w1 + c), sum);
            sum = x2.fma(FloatVector.fromArray(F, w, w2 + c), sum);
            sum = x3.fma(FloatVector.fromArray(F, w, w3 + c), sum);
            sum.intoArray(sums, to + c);
        }
    }

    /** The same of a single input. */
    private void addOne(float[] sums, int to, int row, int i, int first, int wide) {
        FloatVector x = FloatVector.broadcast(F, in.data[in.at + row * inputs + i]);
        int w = weights.at + i * outputs + first;
        for (int c = 0; c < wide; c += LANES) {
            x.fma(FloatVector.fromArray(F, weights.data, w + c), FloatVector.fromArray(F, sums, to + c))
                    .intoArray(sums, to + c);
        }
    }

    /** The sums of a stretch to the output: the first one's set it, the last one's end in bias and activation. */
    private void store(float[] sums, int first, int wide, boolean isFirst, boolean isLast) {
        for (int row = 0; row < rows; row++) {
            int to = out.at + row * outputs + first;
            for (int c = 0; c < wide; c += LANES) {
                FloatVector sum = FloatVector.fromArray(F, sums, START + row * wide + c);
                if (isLast && inputs % CHUNK != 0) {
                    sum = sum.add(0); // no -0, as after the zeros with which Product fills the last chunk up
                }
                if (!isFirst) {
                    sum = sum.add(FloatVector.fromArray(F, out.data, to + c));
                }
                if (isLast) {
                    sum = Gemm.activated(sum, bias.data, bias.at + first + c, slope);
                }
                sum.intoArray(out.data, to + c);
            }
        }
    }
}
