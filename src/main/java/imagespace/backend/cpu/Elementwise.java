package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.whole;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Passes over memory: activation and bias gradients, dropout, the optimisers, the FGSM step. */
final class Elementwise {
    /** Values a task takes: small enough to share evenly, large enough to be worth a launch. A multiple of any vector. */
    private static final int PIECE = 1 << 14;
    /** Fixed number of partial column sums, so that the bits do not depend on the number of threads. */
    private static final int SUMS = 32;

    private final ThreadTeam team;
    private float[] sums = {};

    Elementwise(ThreadTeam team) {
        this.team = team;
    }

    @FunctionalInterface
    private interface Range {
        void run(int from, int to);
    }

    private void pieces(int count, Range body) {
        team.run(
                (count + PIECE - 1) / PIECE,
                (task, worker) -> body.run(task * PIECE, Math.min(count, (task + 1) * PIECE)));
    }

    /** In place: x > 0 ? x : slope * x. */
    static void activate(float[] x, int at, int count, float slope) {
        int i = at;
        for (; i <= at + count - LANES; i += LANES) {
            FloatVector v = FloatVector.fromArray(F, x, i);
            v.blend(v.mul(slope), v.compare(VectorOperators.LE, 0)).intoArray(x, i);
        }
        for (; i < at + count; i++) {
            x[i] = x[i] > 0 ? x[i] : slope * x[i];
        }
    }

    void activationBackward(CpuTensor dOut, CpuTensor dBias, CpuTensor out, float slope, int rows, int channels) {
        if (sums.length < SUMS * channels) {
            sums = new float[SUMS * channels];
        }
        team.run(SUMS, (task, worker) -> {
            int from = (int) ((long) rows * task / SUMS);
            int to = (int) ((long) rows * (task + 1) / SUMS);
            int sum = task * channels;
            Arrays.fill(sums, sum, sum + channels, 0);
            for (int row = from; row < to; row++) {
                int d = dOut.at + row * channels;
                int o = out.at + row * channels;
                int c = 0;
                for (; c < whole(channels); c += LANES) {
                    FloatVector gradient = FloatVector.fromArray(F, dOut.data, d + c);
                    if (slope != 1) {
                        gradient = gradient.mul(slope)
                                .blend(
                                        gradient,
                                        FloatVector.fromArray(F, out.data, o + c)
                                                .compare(VectorOperators.GT, 0));
                        gradient.intoArray(dOut.data, d + c);
                    }
                    gradient.add(FloatVector.fromArray(F, sums, sum + c)).intoArray(sums, sum + c);
                }
                for (; c < channels; c++) {
                    if (!(out.data[o + c] > 0)) {
                        dOut.data[d + c] *= slope;
                    }
                    sums[sum + c] += dOut.data[d + c];
                }
            }
        });
        for (int c = 0; c < channels; c++) {
            float total = 0;
            for (int task = 0; task < SUMS; task++) {
                total += sums[task * channels + c];
            }
            dBias.data[dBias.at + c] = total;
        }
    }

    void dropoutForward(CpuTensor out, CpuTensor mask, CpuTensor in, float rate, long seed, int count) {
        int threshold = (int) Math.ceil(rate * 65536.0);
        float keep = 1 / (1 - rate);
        pieces(count, (from, to) -> {
            DropoutMask.fill(mask.data, mask.at, from, to, threshold, keep, seed);
            multiply(out, in, mask, from, to);
        });
    }

    void dropoutBackward(CpuTensor dIn, CpuTensor dOut, CpuTensor mask, int count) {
        pieces(count, (from, to) -> multiply(dIn, dOut, mask, from, to));
    }

    private static void multiply(CpuTensor out, CpuTensor a, CpuTensor b, int from, int to) {
        int i = from;
        for (; i <= to - LANES; i += LANES) {
            FloatVector.fromArray(F, a.data, a.at + i)
                    .mul(FloatVector.fromArray(F, b.data, b.at + i))
                    .intoArray(out.data, out.at + i);
        }
        for (; i < to; i++) {
            out.data[out.at + i] = a.data[a.at + i] * b.data[b.at + i];
        }
    }

    void sgdStep(CpuTensor parameters, CpuTensor gradients, CpuTensor velocity, float rate, float momentum) {
        pieces(parameters.size(), (from, to) -> {
            for (int i = from; i < to; i++) {
                float v = Math.fma(momentum, velocity.data[velocity.at + i], gradients.data[gradients.at + i]);
                velocity.data[velocity.at + i] = v;
                parameters.data[parameters.at + i] = Math.fma(-rate, v, parameters.data[parameters.at + i]);
            }
        });
    }

    void adamStep(
            CpuTensor parameters,
            CpuTensor gradients,
            CpuTensor m,
            CpuTensor v,
            float rate,
            float beta1,
            float beta2,
            float epsilon,
            int step) {
        float scale = (float) (-rate / (1 - Math.pow(beta1, step)));
        float correction = (float) (1 / (1 - Math.pow(beta2, step)));
        pieces(parameters.size(), (from, to) -> {
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector g = FloatVector.fromArray(F, gradients.data, gradients.at + i);
                FloatVector newM =
                        FloatVector.fromArray(F, m.data, m.at + i).mul(beta1).add(g.mul(1 - beta1));
                FloatVector newV = FloatVector.fromArray(F, v.data, v.at + i)
                        .mul(beta2)
                        .add(g.mul(g).mul(1 - beta2));
                newM.intoArray(m.data, m.at + i);
                newV.intoArray(v.data, v.at + i);
                FloatVector.fromArray(F, parameters.data, parameters.at + i)
                        .add(newM.mul(scale).div(newV.mul(correction).sqrt().add(epsilon)))
                        .intoArray(parameters.data, parameters.at + i);
            }
            for (; i < to; i++) {
                float g = gradients.data[gradients.at + i];
                float newM = m.data[m.at + i] * beta1 + g * (1 - beta1);
                float newV = v.data[v.at + i] * beta2 + g * g * (1 - beta2);
                m.data[m.at + i] = newM;
                v.data[v.at + i] = newV;
                parameters.data[parameters.at + i] += newM * scale / ((float) Math.sqrt(newV * correction) + epsilon);
            }
        });
    }

    void signStep(CpuTensor out, CpuTensor in, CpuTensor gradient, float epsilon, int count) {
        pieces(count, (from, to) -> {
            for (int i = from; i < to; i++) {
                float moved = in.data[in.at + i] + epsilon * Math.signum(gradient.data[gradient.at + i]);
                out.data[out.at + i] = Math.max(0, Math.min(1, moved));
            }
        });
    }
}
