package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.START;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import java.util.Arrays;
import java.util.function.Function;

/**
 * A convolution whose output channels are too few, or too odd in number, for the algorithm that is best for it: such as the last
 * one of an all-convolutional network, with a channel a class. It gets channels of zeros beside its own, whose weights are
 * zero and whose outputs nobody sees. What is widened so is small: the outputs and the weights of a few channels.
 */
final class WidenedConvolution implements Convolution {
    private final Convolution wide;
    private final int channels;
    private final int wideChannels;
    /** Pixels of an output image. */
    private final int pixels;
    /** Rows of the weights, one for each tap and input channel. */
    private final int taps;

    private final CpuTensor weights;
    private final CpuTensor dWeights;
    private final CpuTensor bias;
    /** Outputs, or their gradients; grows with the batch. */
    private CpuTensor outputs;

    /**
     * @param multiple of which the wider convolution has a number of output channels
     * @param algorithm makes the wider convolution
     */
    WidenedConvolution(ConvShape s, int multiple, Function<ConvShape, Convolution> algorithm) {
        channels = s.outChannels();
        wideChannels = Simd.roundUp(channels, multiple);
        pixels = s.outHeight() * s.outWidth();
        taps = s.kernel() * s.kernel() * s.inChannels();
        wide = algorithm.apply(s.withOutputChannels(wideChannels));
        weights = tensor(taps);
        dWeights = tensor(taps);
        bias = tensor(1);
        outputs = tensor(pixels);
    }

    private CpuTensor tensor(int rows) {
        return new CpuTensor(Simd.lines(rows * wideChannels), START, rows, wideChannels);
    }

    @Override
    public void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor bias, Activation activation, int n) {
        widen(weights, this.weights, taps);
        widen(bias, this.bias, 1);
        CpuTensor wideOut = outputs(n);
        wide.forward(wideOut, in, this.weights, this.bias, activation, n);
        narrow(wideOut, out, n * pixels);
    }

    @Override
    public void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        widen(weights, this.weights, taps);
        widen(dOut, outputs(n), n * pixels);
        wide.backwardData(dIn, outputs(n), this.weights, n);
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        widen(dOut, outputs(n), n * pixels);
        wide.backwardWeights(this.dWeights, outputs(n), in, n);
        narrow(this.dWeights, dWeights, taps);
    }

    private CpuTensor outputs(int n) {
        if (outputs.size() < n * pixels * wideChannels) {
            outputs = tensor(n * pixels);
        }
        return outputs;
    }

    private void widen(CpuTensor from, CpuTensor to, int rows) {
        for (int r = 0; r < rows; r++) {
            int end = to.at + (r + 1) * wideChannels;
            System.arraycopy(from.data, from.at + r * channels, to.data, end - wideChannels, channels);
            Arrays.fill(to.data, end - wideChannels + channels, end, 0);
        }
    }

    private void narrow(CpuTensor from, CpuTensor to, int rows) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(from.data, from.at + r * wideChannels, to.data, to.at + r * channels, channels);
        }
    }
}
