package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.whole;

import imagespace.backend.PoolShape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Maximum and average pooling, vectorised across channels; one task an image. */
final class Pooling {
    private final ThreadTeam team;
    private final ThreadTeam.Task maxForwardTask = this::maxForward;
    private final ThreadTeam.Task maxBackwardTask = this::maxBackward;
    private final ThreadTeam.Task averageForwardTask = this::averageForward;
    private final ThreadTeam.Task averageBackwardTask = this::averageBackward;

    // what the running call works on
    private CpuTensor out;
    private CpuTensor in;
    private CpuTensor dOut;
    private CpuTensor dIn;
    private PoolShape s;

    Pooling(ThreadTeam team) {
        this.team = team;
    }

    void maxForward(CpuTensor out, CpuTensor in, PoolShape s, int n) {
        this.out = out;
        this.in = in;
        this.s = s;
        team.run(n, maxForwardTask);
    }

    private void maxForward(int image, int worker) {
        int outAt = out.at + image * s.outputSize();
        for (int window = 0; window < s.outHeight() * s.outWidth(); window++) {
            int corner = in.at + image * s.inputSize() + corner(s, window);
            int c = 0;
            for (; c < whole(s.channels()); c += LANES) {
                FloatVector max = FloatVector.fromArray(F, in.data, corner + c);
                for (int tap = 1; tap < s.window() * s.window(); tap++) {
                    max = max.max(FloatVector.fromArray(F, in.data, corner + tap(s, tap) + c));
                }
                max.intoArray(out.data, outAt + c);
            }
            for (; c < s.channels(); c++) {
                float max = in.data[corner + c];
                for (int tap = 1; tap < s.window() * s.window(); tap++) {
                    max = Math.max(max, in.data[corner + tap(s, tap) + c]);
                }
                out.data[outAt + c] = max;
            }
            outAt += s.channels();
        }
    }

    void maxBackward(CpuTensor dIn, CpuTensor dOut, CpuTensor out, CpuTensor in, PoolShape s, int n) {
        this.dIn = dIn;
        this.dOut = dOut;
        this.out = out;
        this.in = in;
        this.s = s;
        team.run(n, maxBackwardTask);
    }

    private void maxBackward(int image, int worker) {
        int outAt = image * s.outputSize();
        int inAt = image * s.inputSize();
        Arrays.fill(dIn.data, dIn.at + inAt, dIn.at + inAt + s.inputSize(), 0);
        for (int window = 0; window < s.outHeight() * s.outWidth(); window++) {
            int corner = inAt + corner(s, window);
            int c = 0;
            for (; c < whole(s.channels()); c += LANES) {
                FloatVector gradient = FloatVector.fromArray(F, dOut.data, dOut.at + outAt + c);
                FloatVector max = FloatVector.fromArray(F, out.data, out.at + outAt + c);
                VectorMask<Float> open = F.maskAll(true);
                for (int tap = 0; tap < s.window() * s.window(); tap++) {
                    int at = corner + tap(s, tap) + c;
                    VectorMask<Float> first = FloatVector.fromArray(F, in.data, in.at + at)
                            .eq(max)
                            .and(open);
                    FloatVector sum = FloatVector.fromArray(F, dIn.data, dIn.at + at);
                    sum.add(gradient, first).intoArray(dIn.data, dIn.at + at);
                    open = open.andNot(first);
                }
            }
            for (; c < s.channels(); c++) {
                for (int tap = 0; tap < s.window() * s.window(); tap++) {
                    int at = corner + tap(s, tap) + c;
                    if (in.data[in.at + at] == out.data[out.at + outAt + c]) {
                        dIn.data[dIn.at + at] += dOut.data[dOut.at + outAt + c];
                        break;
                    }
                }
            }
            outAt += s.channels();
        }
    }

    void averageForward(CpuTensor out, CpuTensor in, PoolShape s, int n) {
        this.out = out;
        this.in = in;
        this.s = s;
        team.run(n, averageForwardTask);
    }

    private void averageForward(int image, int worker) {
        float share = share();
        int outAt = out.at + image * s.outputSize();
        for (int window = 0; window < s.outHeight() * s.outWidth(); window++) {
            int corner = in.at + image * s.inputSize() + corner(s, window);
            int c = 0;
            for (; c < whole(s.channels()); c += LANES) {
                FloatVector sum = FloatVector.fromArray(F, in.data, corner + c);
                for (int tap = 1; tap < s.window() * s.window(); tap++) {
                    sum = sum.add(FloatVector.fromArray(F, in.data, corner + tap(s, tap) + c));
                }
                sum.mul(share).intoArray(out.data, outAt + c);
            }
            for (; c < s.channels(); c++) {
                float sum = in.data[corner + c];
                for (int tap = 1; tap < s.window() * s.window(); tap++) {
                    sum += in.data[corner + tap(s, tap) + c];
                }
                out.data[outAt + c] = sum * share;
            }
            outAt += s.channels();
        }
    }

    void averageBackward(CpuTensor dIn, CpuTensor dOut, PoolShape s, int n) {
        this.dIn = dIn;
        this.dOut = dOut;
        this.s = s;
        team.run(n, averageBackwardTask);
    }

    private void averageBackward(int image, int worker) {
        float share = share();
        int outAt = dOut.at + image * s.outputSize();
        int inAt = dIn.at + image * s.inputSize();
        Arrays.fill(dIn.data, inAt, inAt + s.inputSize(), 0);
        for (int window = 0; window < s.outHeight() * s.outWidth(); window++) {
            int corner = inAt + corner(s, window);
            for (int tap = 0; tap < s.window() * s.window(); tap++) {
                int at = corner + tap(s, tap);
                int c = 0;
                for (; c < whole(s.channels()); c += LANES) {
                    FloatVector part =
                            FloatVector.fromArray(F, dOut.data, outAt + c).mul(share);
                    part.add(FloatVector.fromArray(F, dIn.data, at + c)).intoArray(dIn.data, at + c);
                }
                for (; c < s.channels(); c++) {
                    dIn.data[at + c] += dOut.data[outAt + c] * share;
                }
            }
            outAt += s.channels();
        }
    }

    /** Part of a window's gradient that each of its pixels gets. */
    private float share() {
        return 1f / (s.window() * s.window());
    }

    /** Where a window's first pixel starts in its image. */
    private static int corner(PoolShape s, int window) {
        int y = window / s.outWidth() * s.stride();
        int x = window % s.outWidth() * s.stride();
        return (y * s.width() + x) * s.channels();
    }

    /** How far a tap of the window lies from the corner. */
    private static int tap(PoolShape s, int tap) {
        return (tap / s.window() * s.width() + tap % s.window()) * s.channels();
    }
}
