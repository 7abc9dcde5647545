package imagespace.backend.cuda;

import static imagespace.backend.cuda.CudaTensor.in;
import static imagespace.backend.cuda.CudaTensor.out;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import imagespace.backend.Tensor;
import imagespace.backend.cuda.Commands.PlainConvolution;
import imagespace.backend.cuda.Scratch.Use;

/**
 * From {@link ConvShape} to what a library takes.
 *
 * <ul>
 *   <li>Weights are [k, k, ci, co] here, as on the CPU; cuDNN wants [co, k, k, ci], so it gets {@link FilterCopies}. Their
 *       gradient is transposed back at once.
 *   <li>Where the padding is not symmetric, or the last rows or columns of the output are left out, the library gets a copy
 *       of the input that is padded and cropped so that no padding is needed.
 *   <li>Tensors that do not start at a multiple of 16 bytes go through copies that do. In a network there are none.
 * </ul>
 *
 * <p>What cuDNN is slow at does not go there: {@link TensorCoreConvolutions}.
 */
final class Convolutions {
    private static final int ALIGNMENT = 16;

    private final Engine engine;
    private final FilterCopies filters;
    private final TensorCoreConvolutions tensorCores;

    /** @param tensorCores whether our own kernels may multiply in TF32 */
    Convolutions(Engine engine, boolean tensorCores) {
        this.engine = engine;
        filters = new FilterCopies(engine);
        this.tensorCores = new TensorCoreConvolutions(engine, filters, tensorCores);
    }

    /** Whether symmetric padding gives exactly the shape's output. */
    private static boolean isPlain(ConvShape s) {
        return Math.floorDiv(s.height() + 2 * s.padTop() - s.kernel(), s.stride()) + 1 == s.outHeight()
                && Math.floorDiv(s.width() + 2 * s.padLeft() - s.kernel(), s.stride()) + 1 == s.outWidth();
    }

    private static PlainConvolution plain(ConvShape s, int n) {
        boolean plain = isPlain(s);
        return new PlainConvolution(
                n,
                plain ? s.height() : (s.outHeight() - 1) * s.stride() + s.kernel(),
                plain ? s.width() : (s.outWidth() - 1) * s.stride() + s.kernel(),
                s.inChannels(),
                s.outChannels(),
                s.kernel(),
                s.stride(),
                plain ? s.padTop() : 0,
                plain ? s.padLeft() : 0);
    }

    void forward(Tensor y, Tensor x, Tensor weights, Tensor bias, Activation activation, ConvShape s, int n) {
        if (tensorCores.forward(y, x, weights, bias, activation, s, n)) {
            return;
        }
        long b = aligned(in(bias), Use.BIAS, s.outChannels());
        library(y, x, weights, b, activation, s, n);
    }

    /** Sets y to in * weights, without bias and activation, if that is the library's; else returns false. */
    boolean product(Tensor y, Tensor x, Tensor weights, ConvShape s, int n) {
        if (tensorCores.hasForward(y, x, weights, s)) {
            return false;
        }
        library(y, x, weights, Commands.NO_BIAS, Activation.IDENTITY, s, n);
        return true;
    }

    private void library(Tensor y, Tensor x, Tensor weights, long bias, Activation activation, ConvShape s, int n) {
        PlainConvolution plain = plain(s, n);
        long to = out(y);
        long aligned = isAligned(to) ? to : engine.scratch.floats(Use.OUT, plain.outputs());
        engine.commands.convForward(aligned, input(x, s, plain), filter(weights, s), bias, activation.slope(), plain);
        copyBack(to, aligned, plain.outputs());
    }

    void backwardData(Tensor dIn, Tensor dOut, Tensor weights, ConvShape s, int n) {
        if (tensorCores.backwardData(dIn, dOut, weights, s, n)) {
            return;
        }
        PlainConvolution plain = plain(s, n);
        long to = out(dIn);
        boolean direct = isPlain(s) && isAligned(to);
        long result = direct ? to : engine.scratch.floats(Use.IN, plain.inputs());
        long gradient = aligned(in(dOut), Use.OUT, plain.outputs());
        engine.commands.convBackwardData(result, gradient, filter(weights, s), plain);
        if (!isPlain(s)) {
            moveWindow(to, result, s.height(), s.width(), plain.height(), plain.width(), s.padTop(), s.padLeft(), s, n);
        } else {
            copyBack(to, result, plain.inputs());
        }
    }

    /** The same through the activation and bias of the layer before, if that is one pass; else returns false. */
    boolean activationBackwardData(
            Tensor dIn,
            Tensor dBias,
            Tensor dOut,
            Tensor weights,
            Tensor in,
            Activation activation,
            ConvShape s,
            int n) {
        return tensorCores.activationBackwardData(dIn, dBias, dOut, weights, in, activation, s, n);
    }

    /** A dense layer as a convolution of one pixel, if it has so few outputs that this is quicker; else returns false. */
    boolean fewOutputs(
            Tensor y, Tensor x, Tensor weights, Tensor bias, Activation activation, int inputs, int outputs, int n) {
        ConvShape s = new ConvShape(1, 1, inputs, outputs, 1, 1, 0, 0, 1, 1);
        return tensorCores.fewOutputs(y, x, weights, bias, activation, s, n);
    }

    void backwardWeights(Tensor dWeights, Tensor dOut, Tensor x, ConvShape s, int n) {
        if (tensorCores.backwardWeights(dWeights, dOut, x, s, n)) {
            return;
        }
        PlainConvolution plain = plain(s, n);
        long result = engine.scratch.floats(Use.FILTER, plain.weights());
        long gradient = aligned(in(dOut), Use.OUT, plain.outputs());
        engine.commands.convBackwardFilter(result, gradient, input(x, s, plain), plain);
        engine.commands.transpose(out(dWeights), result, s.outChannels(), matrixRows(s));
    }

    /** The input as the library wants it. */
    private long input(Tensor x, ConvShape s, PlainConvolution plain) {
        if (isPlain(s)) {
            return aligned(in(x), Use.IN, plain.inputs());
        }
        long to = engine.scratch.floats(Use.IN, plain.inputs());
        moveWindow(
                to,
                in(x),
                plain.height(),
                plain.width(),
                s.height(),
                s.width(),
                -s.padTop(),
                -s.padLeft(),
                s,
                plain.n());
        return to;
    }

    private void moveWindow(
            long to, long from, int toHeight, int toWidth, int height, int width, int dy, int dx, ConvShape s, int n) {
        int count = Math.multiplyExact(n, toHeight * toWidth * s.inChannels());
        engine.commands.launchOver(
                count, Commands.FOUR, "moveWindow", to, from, toHeight, toWidth, height, width, s.inChannels(), dy, dx);
    }

    private static int matrixRows(ConvShape s) {
        return s.kernel() * s.kernel() * s.inChannels();
    }

    private long filter(Tensor weights, ConvShape s) {
        return filters.transposed(weights, matrixRows(s), s.outChannels());
    }

    private static boolean isAligned(long address) {
        return address % ALIGNMENT == 0;
    }

    private long aligned(long address, Use use, int count) {
        if (isAligned(address)) {
            return address;
        }
        long copy = engine.scratch.floats(use, count);
        engine.commands.copy(copy, address, (long) count * Float.BYTES);
        return copy;
    }

    private void copyBack(long to, long from, int count) {
        if (to != from) {
            engine.commands.copy(to, from, (long) count * Float.BYTES);
        }
    }
}
