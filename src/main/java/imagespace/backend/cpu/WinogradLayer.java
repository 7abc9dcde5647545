package imagespace.backend.cpu;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;

/** The three passes of a 3x3 convolution of stride 1 by Winograd's algorithm. */
final class WinogradLayer implements Convolution {
    private static final int TAPS = 9;

    private final ThreadTeam team;
    private final ConvShape shape;
    private final WinogradConvolution forward;
    private final WinogradConvolution data;
    private final WinogradWeightGradient gradient;
    /** The weights as the data gradient sees them: [3][3][co][ci], taps reversed. */
    private final float[] reversed;

    private final ThreadTeam.Task reverseTask = this::reverse;
    private CpuTensor weights;

    WinogradLayer(MinimalFiltering filtering, ThreadTeam team, WinogradMemory memory, ConvShape s) {
        this.team = team;
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
                s.padLeft());
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
                2 - s.padLeft());
        gradient = new WinogradWeightGradient(filtering, team, memory, s);
        reversed = new float[s.weightSize()];
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
        this.weights = weights;
        team.run(TAPS * (shape.outChannels() / Im2col.CHUNK), reverseTask);
        data.run(dIn, null, dOut, pooled, reversed, 0, null, 1, n);
    }

    /** A tap and a chunk of output channels. */
    private void reverse(int task, int worker) {
        int ci = shape.inChannels();
        int co = shape.outChannels();
        int tap = task % TAPS;
        int first = task / TAPS * Im2col.CHUNK;
        int from = weights.at + (TAPS - 1 - tap) * ci * co + first;
        Transposition.run(weights.data, from, co, ci, Im2col.CHUNK, reversed, (tap * co + first) * ci, ci);
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        backwardWeights(dWeights, dOut, null, in, n);
    }

    /** @param pooled how dOut is pooled, or null */
    void backwardWeights(CpuTensor dWeights, CpuTensor dOut, PooledPixels pooled, CpuTensor in, int n) {
        gradient.run(dWeights, dOut, pooled, in, n);
    }
}
