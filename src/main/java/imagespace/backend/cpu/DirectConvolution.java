package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import java.util.Arrays;

/**
 * Any convolution and its two gradients as matrix products with {@link Im2col}:
 *
 * <pre>
 * out      [n oh ow, co] = im2col(in)   [n oh ow, k k ci] * weights [k k ci, co]
 * dIn      [n h w, ci]   = im2col(dOut) [n h w, k k co]   * weights, channels swapped [k k co, ci]
 * dWeights [k k ci, co]  = transpose(im2col(in))          * dOut [n oh ow, co]
 * </pre>
 *
 * A dense layer is the convolution of a 1x1 image with as many channels as inputs.
 */
final class DirectConvolution implements Convolution {
    private final Gemm gemm;
    private final ConvShape s;
    /** The bias, padded to whole panels. */
    private float[] bias = {};

    private float[] zeros = {};

    DirectConvolution(Gemm gemm, ConvShape shape) {
        this.gemm = gemm;
        this.s = shape;
    }

    @Override
    public void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor b, Activation activation, int n) {
        int columns = s.outChannels();
        int padded = roundUp(columns, NR);
        if (bias.length < padded) {
            bias = new float[padded];
        }
        System.arraycopy(b.data, b.at, bias, 0, columns);
        Arrays.fill(bias, columns, padded, 0);
        Im2col a = Im2col.forward(s, in);
        int depth = a.columns();
        int end = roundUp(depth, CHUNK);
        gemm.multiply(
                a,
                a.rows(n),
                columns,
                (to, at, width, column) -> {
                    int wide = Math.min(width, columns - column);
                    for (int k = 0; k < depth; k++) {
                        int row = at + k * width;
                        System.arraycopy(weights.data, weights.at + k * columns + column, to, row, wide);
                        Arrays.fill(to, row + wide, row + width, 0);
                    }
                    Arrays.fill(to, at + depth * width, at + end * width, 0);
                },
                bias,
                activation.slope(),
                out);
    }

    @Override
    public void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        int ci = s.inChannels();
        int co = s.outChannels();
        if (zeros.length < roundUp(ci, NR)) {
            zeros = new float[roundUp(ci, NR)];
        }
        Im2col a = Im2col.backward(s, dOut);
        int depth = a.columns();
        int end = roundUp(depth, CHUNK);
        gemm.multiply(
                a,
                a.rows(n),
                ci,
                (to, at, width, column) -> {
                    int wide = Math.min(width, ci - column);
                    for (int tap = 0; tap < s.kernel() * s.kernel(); tap++) {
                        for (int c = 0; c < wide; c++) {
                            int from = weights.at + (tap * ci + column + c) * co;
                            int row = at + tap * co * width + c;
                            for (int k = 0; k < co; k++) {
                                to[row + k * width] = weights.data[from + k];
                            }
                        }
                        for (int k = 0; k < co; k++) {
                            int row = at + (tap * co + k) * width;
                            Arrays.fill(to, row + wide, row + width, 0);
                        }
                    }
                    Arrays.fill(to, at + depth * width, at + end * width, 0);
                },
                zeros,
                1,
                dIn);
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        Im2col a = Im2col.forward(s, in);
        gemm.multiplyTransposed(a, a.rows(n), dOut, s.outChannels(), dWeights);
    }
}
