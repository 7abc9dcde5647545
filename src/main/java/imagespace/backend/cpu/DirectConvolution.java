package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Simd.START;

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
 * A dense layer is the convolution of a 1x1 image with as many channels as inputs; its gradients have ways of their own,
 * {@link DenseDataGradient} and {@link DenseWeightGradient}, and so has the forward pass of a few images, {@link DenseForward}.
 */
final class DirectConvolution implements Convolution {
    private final Product product;
    private final TransposedProduct transposedProduct;
    private final DenseForward denseForward;
    private final DenseWeightGradient denseWeightGradient;
    private final DenseDataGradient denseDataGradient;
    private final ConvShape s;
    private final Im2col forward;
    private final Im2col backward;
    /** Biases of the data gradient, which has none. */
    private final float[] zeros;

    private final Product.Matrix weightsMatrix = this::packWeights;
    private final Product.Matrix swappedMatrix = this::packSwappedWeights;
    /** What the running call works on. */
    private CpuTensor weights;

    DirectConvolution(
            Product product,
            TransposedProduct transposedProduct,
            DenseForward denseForward,
            DenseWeightGradient denseWeightGradient,
            DenseDataGradient denseDataGradient,
            ConvShape s) {
        this.product = product;
        this.transposedProduct = transposedProduct;
        this.denseForward = denseForward;
        this.denseWeightGradient = denseWeightGradient;
        this.denseDataGradient = denseDataGradient;
        this.s = s;
        forward = Im2col.forward(s);
        backward = Im2col.backward(s);
        zeros = new float[s.inChannels()];
    }

    private boolean isDense() {
        return s.height() * s.width() * s.kernel() == 1;
    }

    @Override
    public void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor bias, Activation activation, int n) {
        if (isDense() && DenseForward.fits(n, s.outChannels())) {
            denseForward.run(out, in, weights, bias, activation, n, s.inChannels(), s.outChannels());
            return;
        }
        this.weights = weights;
        Im2col a = forward.of(in);
        product.run(a, a.rows(n), s.outChannels(), weightsMatrix, bias.data, bias.at, activation.slope(), out);
    }

    /** The weights are the matrix B as they lie; a part is some rows. */
    private void packWeights(float[] panels, int depth, int part, int parts) {
        int columns = s.outChannels();
        int rows = forward.columns();
        for (int k = depth * part / parts; k < depth * (part + 1) / parts; k++) {
            for (int column = 0; column < columns; column += NR) {
                int width = Gemm.panelWidth(column, columns);
                int to = START + column * depth + k * width;
                if (k < rows) {
                    Gemm.pack(weights.data, weights.at + k * columns + column, columns - column, panels, to, width);
                } else {
                    Arrays.fill(panels, to, to + width, 0);
                }
            }
        }
    }

    @Override
    public void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        if (isDense() && DenseDataGradient.fits(n, s.inChannels(), s.outChannels())) {
            denseDataGradient.run(dIn, dOut, weights, n, s.inChannels(), s.outChannels());
            return;
        }
        this.weights = weights;
        Im2col a = backward.of(dOut);
        product.run(a, a.rows(n), s.inChannels(), swappedMatrix, zeros, 0, 1, dIn);
    }

    /** The matrix B of the data gradient: for each tap the weights transposed, [k k co, ci]; a part is some panels. */
    private void packSwappedWeights(float[] panels, int depth, int part, int parts) {
        int ci = s.inChannels();
        int co = s.outChannels();
        int count = Gemm.panels(ci);
        for (int panel = count * part / parts; panel < count * (part + 1) / parts; panel++) {
            int column = panel * NR;
            int width = Gemm.panelWidth(column, ci);
            int wide = Math.min(width, ci - column);
            int at = START + column * depth;
            if (wide < width || backward.columns() < depth) {
                Arrays.fill(panels, at, at + depth * width, 0);
            }
            for (int tap = 0; tap < s.kernel() * s.kernel(); tap++) {
                int from = weights.at + (tap * ci + column) * co;
                Transposition.run(weights.data, from, co, wide, co, panels, at + tap * co * width, width);
            }
        }
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        if (isDense()) {
            denseWeightGradient.run(in, dOut, n, s.inChannels(), s.outChannels(), dWeights);
            return;
        }
        Im2col a = forward.of(in);
        transposedProduct.run(a, a.rows(n), dOut, s.outChannels(), dWeights);
    }
}
