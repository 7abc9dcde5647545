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
    private final WeightGradient gradient;
    /** The weights as the data gradient sees them: [3][3][co][ci], taps reversed. */
    private final float[] reversed;

    private final ThreadTeam.Task reverseTask = this::reverse;
    private CpuTensor weights;

    WinogradLayer(
            MinimalFiltering filtering,
            ThreadTeam team,
            WinogradConvolution.Scratch[] scratch,
            WeightGradient gradient,
            ConvShape s) {
        this.team = team;
        shape = s;
        forward = new WinogradConvolution(
                filtering,
                team,
                scratch,
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
                scratch,
                s.outHeight(),
                s.outWidth(),
                s.outChannels(),
                s.height(),
                s.width(),
                s.inChannels(),
                2 - s.padTop(),
                2 - s.padLeft());
        this.gradient = gradient;
        reversed = new float[s.weightSize()];
    }

    /** Sets dWeights [3, 3, ci, co]. */
    @FunctionalInterface
    interface WeightGradient {
        void run(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n);
    }

    @Override
    public void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor bias, Activation activation, int n) {
        forward.run(out, in, weights.data, weights.at, bias, activation.slope(), n);
    }

    @Override
    public void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        this.weights = weights;
        team.run(TAPS, reverseTask);
        data.run(dIn, dOut, reversed, 0, null, 1, n);
    }

    private void reverse(int tap, int worker) {
        int ci = shape.inChannels();
        int co = shape.outChannels();
        int from = weights.at + (TAPS - 1 - tap) * ci * co;
        int to = tap * ci * co;
        // square pieces, so that both sides stay in the cache
        for (int o0 = 0; o0 < co; o0 += Im2col.CHUNK) {
            for (int i = 0; i < ci; i++) {
                for (int o = o0; o < o0 + Im2col.CHUNK; o++) {
                    reversed[to + o * ci + i] = weights.data[from + i * co + o];
                }
            }
        }
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        gradient.run(dWeights, dOut, in, n);
    }
}
