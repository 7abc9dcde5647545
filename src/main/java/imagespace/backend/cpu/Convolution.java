package imagespace.backend.cpu;

import imagespace.backend.Activation;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.ConvShape;
import java.util.Arrays;

/** One convolution of a given shape, by some algorithm: made once, run every step. */
interface Convolution {
    /** out [n, oh, ow, co] = activation(in * weights + bias). */
    void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor bias, Activation activation, int n);

    /** Sets dIn [n, h, w, ci]. */
    void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n);

    /** Sets dWeights [k, k, ci, co]. */
    void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n);

    /** Makes convolutions; holds the scratch memory that they share. */
    final class Factory {
        private final ThreadTeam team;
        private final Product product;
        private final TransposedProduct transposedProduct;
        private final DenseForward denseForward;
        private final DenseWeightGradient denseWeightGradient;
        private final DenseDataGradient denseDataGradient;
        private final ConvAlgorithm algorithm;
        private final WinogradMemory winograd;

        Factory(ThreadTeam team, ConvAlgorithm algorithm) {
            this.team = team;
            this.algorithm = algorithm;
            Gemm.Scratch[] scratch = new Gemm.Scratch[team.threads()];
            Arrays.setAll(scratch, i -> new Gemm.Scratch());
            product = new Product(team, scratch);
            transposedProduct = new TransposedProduct(team, scratch);
            denseForward = new DenseForward(team, scratch);
            denseWeightGradient = new DenseWeightGradient(team, scratch);
            denseDataGradient = new DenseDataGradient(team, scratch);
            winograd = new WinogradMemory(team.threads());
        }

        /**
         * The choice by shape. The first layer of colour images has a kernel of its own; Winograd needs 3x3 taps, stride 1
         * and channels in whole chunks. Those of the output can be filled up.
         */
        Convolution of(ConvShape s) {
            if (ColourConvolution.fits(s)) {
                return new ColourConvolution(team, s);
            }
            boolean possible =
                    s.kernel() == 3 && s.stride() == 1 && s.inChannels() % Im2col.CHUNK == 0 && WinogradMemory.holds(s);
            int filledUp = Simd.roundUp(s.outChannels(), Im2col.CHUNK);
            // below four outputs a side most of a tile is thrown away
            boolean worthwhile = s.outHeight() >= MinimalFiltering.F4X4.height()
                    && s.outWidth() >= MinimalFiltering.F4X4.width()
                    && filledUp <= 2 * s.outChannels();
            if (!possible || algorithm == ConvAlgorithm.DIRECT || algorithm == ConvAlgorithm.AUTO && !worthwhile) {
                return new DirectConvolution(
                        product, transposedProduct, denseForward, denseWeightGradient, denseDataGradient, s);
            }
            if (filledUp > s.outChannels()) {
                return new WidenedConvolution(s, filledUp, of(s.withOutputChannels(filledUp)));
            }
            boolean small = algorithm == ConvAlgorithm.WINOGRAD2;
            return new WinogradLayer(small ? MinimalFiltering.F2X2 : MinimalFiltering.F6X4, team, winograd, s);
        }
    }
}
