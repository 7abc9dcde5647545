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
    private final Product product;
    private final TransposedProduct transposedProduct;
    private final ConvShape s;
    private final Im2col forward;
    private final Im2col backward;
    /** The bias, padded to whole panels. */
    private final float[] bias;

    private final float[] zeros;
    private final Product.Panel weightsPanel = this::packWeights;
    private final Product.Panel swappedPanel = this::packSwappedWeights;
    /** What the running call works on. */
    private CpuTensor weights;

    DirectConvolution(Product product, TransposedProduct transposedProduct, ConvShape s) {
        this.product = product;
        this.transposedProduct = transposedProduct;
        this.s = s;
        forward = Im2col.forward(s);
        backward = Im2col.backward(s);
        bias = new float[roundUp(s.outChannels(), NR)];
        zeros = new float[roundUp(s.inChannels(), NR)];
    }

    @Override
    public void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor b, Activation activation, int n) {
        this.weights = weights;
        System.arraycopy(b.data, b.at, bias, 0, s.outChannels());
        Im2col a = forward.of(in);
        product.run(a, a.rows(n), s.outChannels(), weightsPanel, bias, activation.slope(), out);
    }

    /** The weights are the matrix B as they lie. */
    private void packWeights(float[] to, int at, int width, int column) {
        int columns = s.outChannels();
        int wide = Math.min(width, columns - column);
        int depth = forward.columns();
        for (int k = 0; k < depth; k++) {
            int row = at + k * width;
            System.arraycopy(weights.data, weights.at + k * columns + column, to, row, wide);
            Arrays.fill(to, row + wide, row + width, 0);
        }
        Arrays.fill(to, at + depth * width, at + roundUp(depth, CHUNK) * width, 0);
    }

    @Override
    public void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        this.weights = weights;
        Im2col a = backward.of(dOut);
        product.run(a, a.rows(n), s.inChannels(), swappedPanel, zeros, 1, dIn);
    }

    /** The matrix B of the data gradient: for each tap the weights transposed, [k k co, ci]. */
    private void packSwappedWeights(float[] to, int at, int width, int column) {
        int ci = s.inChannels();
        int co = s.outChannels();
        int wide = Math.min(width, ci - column);
        int depth = backward.columns();
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
        Arrays.fill(to, at + depth * width, at + roundUp(depth, CHUNK) * width, 0);
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        Im2col a = forward.of(in);
        transposedProduct.run(a, a.rows(n), dOut, s.outChannels(), dWeights);
    }
}
