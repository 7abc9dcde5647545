package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.START;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import java.util.Arrays;

/**
 * A convolution by an algorithm that needs a rounder number of output channels than it has: such as the last one of an
 * all-convolutional network, with a channel a class. It gets channels of zeros beside its own, whose weights are zero
 * and whose outputs nobody sees. That costs a copy of the outputs and of the weights, small if the channels are few.
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

    /** @param wide the same convolution with {@code wideChannels} output channels */
    WidenedConvolution(ConvShape s, int wideChannels, Convolution wide) {
        this.wide = wide;
        this.wideChannels = wideChannels;
        channels = s.outChannels();
        pixels = s.outHeight() * s.outWidth();
        taps = s.kernel() * s.kernel() * s.inChannels();
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
        CpuTensor wideOut = outputs(n);
        widen(dOut, wideOut, n * pixels);
        wide.backwardData(dIn, wideOut, this.weights, n);
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        CpuTensor wideOut = outputs(n);
        widen(dOut, wideOut, n * pixels);
        wide.backwardWeights(this.dWeights, wideOut, in, n);
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
            int at = to.at + r * wideChannels;
            System.arraycopy(from.data, from.at + r * channels, to.data, at, channels);
            Arrays.fill(to.data, at + channels, at + wideChannels, 0);
        }
    }

    private void narrow(CpuTensor from, CpuTensor to, int rows) {
        for (int r = 0; r < rows; r++) {
            System.arraycopy(from.data, from.at + r * wideChannels, to.data, to.at + r * channels, channels);
        }
    }
}
