package imagespace.backend.cpu;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;

/** The three passes of a 3x3 convolution of stride 1 by Winograd's algorithm. */
final class WinogradLayer implements Convolution {
    private final ConvShape shape;
    private final WinogradConvolution forward;
    private final WinogradConvolution data;
    private final WinogradWeightGradient gradient;
    private final FewTilesGradient gradientOfFew;

    WinogradLayer(MinimalFiltering filtering, ThreadTeam team, WinogradMemory memory, ConvShape s) {
        shape = s;
        forward = new WinogradConvolution(
                filtering,
                team,
                memory,
                s.height(),
                s.width(),
                s.inChannels(),
                s.outHeight(),
                s.outWidth(),
                s.outChannels(),
                s.padTop(),
                s.padLeft(),
                false);
        data = new WinogradConvolution(
                filtering,
                team,
                memory,
                s.outHeight(),
                s.outWidth(),
                s.outChannels(),
                s.height(),
                s.width(),
                s.inChannels(),
                2 - s.padTop(),
                2 - s.padLeft(),
                true);
        gradient = new WinogradWeightGradient(filtering, team, memory, s);
        gradientOfFew = new FewTilesGradient(filtering, team, memory, s);
    }

    /** Pixels of an image that is its input. */
    int inputPixels() {
        return shape.height() * shape.width();
    }

    @Override
    public void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor bias, Activation activation, int n) {
        forward(out, null, in, weights, bias, activation, n);
    }

    /** @param pooled how the output is to be pooled, or null */
    void forward(
            CpuTensor out,
            PooledPixels pooled,
            CpuTensor in,
            CpuTensor weights,
            CpuTensor bias,
            Activation activation,
            int n) {
        forward.run(out, pooled, in, null, weights.data, weights.at, bias, activation.slope(), n);
    }

    @Override
    public void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        backwardData(dIn, dOut, null, weights, n);
    }

    /** @param pooled how dOut is pooled, or null */
    void backwardData(CpuTensor dIn, CpuTensor dOut, PooledPixels pooled, CpuTensor weights, int n) {
        data.run(dIn, null, dOut, pooled, weights.data, weights.at, null, 1, n);
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        backwardWeights(dWeights, dOut, null, in, n);
    }

    /** @param pooled how dOut is pooled, or null */
    void backwardWeights(CpuTensor dWeights, CpuTensor dOut, PooledPixels pooled, CpuTensor in, int n) {
        if (gradientOfFew.fits(n)) {
            gradientOfFew.run(dWeights, dOut, pooled, in, n);
        } else {
            gradient.run(dWeights, dOut, pooled, in, n);
        }
    }
}
