package imagespace.backend.cuda;

import static imagespace.backend.cuda.CudaTensor.in;
import static imagespace.backend.cuda.CudaTensor.out;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import imagespace.backend.Tensor;
import imagespace.backend.cuda.Scratch.Use;

/**
 * Convolutions by kernels of our own, for shapes at which cuDNN's take several times as long: gradients of the weights
 * where channels are few, that of the input where it is an image, the forward pass to a few classes.
 * {@code native/kernels.cu} says how.
 *
 * <p>The sum over all pixels is divided into chunks, as many whatever the GPU, so that the bits do not depend on it.
 */
final class TensorCoreConvolutions {
    /** Columns of an image that a tile product takes. */
    private static final int STRIP = 8;
    /** Input channels of a warp, and output channels. */
    private static final int ROWS = 16;

    private static final int COLUMNS = 32;
    private static final int WARPS = Commands.BLOCK / 32;
    /** Of this many input channels on, cuDNN is as fast. */
    private static final int MAX_IN_CHANNELS = Integer.getInteger("lab.wg", 64);
    /** Rows of a product that a warp has for an image: its taps and channels. */
    private static final int MAX_IMAGE_ROWS = 32;
    /** Columns of a tile, for the channels of the gradient of an image. */
    private static final int MAX_IMAGE_CHANNELS = 8;
    /** Columns of two tiles, for the classes. */
    private static final int MAX_FEW_OUTPUTS = 16;
    /** Blocks of a launch: a block a multiprocessor of a large GPU, or two. */
    private static final int BLOCKS = 128;

    private static final int IMAGE_BLOCKS = 256;

    private final Engine engine;
    private final boolean tensorCores;

    TensorCoreConvolutions(Engine engine, boolean tensorCores) {
        this.engine = engine;
        this.tensorCores = tensorCores;
    }

    private static int[] kernelShape(ConvShape s, int n) {
        return new int[] {
            n,
            s.height(),
            s.width(),
            s.inChannels(),
            s.outChannels(),
            s.kernel(),
            s.padTop(),
            s.padLeft(),
            s.outHeight(),
            s.outWidth()
        };
    }

    /** Sets dWeights if the shape is one of ours, else returns false. */
    boolean weights(Tensor dWeights, Tensor dOut, Tensor x, ConvShape s, int n) {
        if (!takes(s, dOut, x) || s.outChannels() % COLUMNS != 0) {
            return false;
        }
        if (s.kernel() * s.kernel() * s.inChannels() <= MAX_IMAGE_ROWS) {
            imageWeights(dWeights, dOut, x, s, n);
            return true;
        }
        if (s.kernel() == 3 && s.inChannels() % ROWS == 0 && s.inChannels() <= MAX_IN_CHANNELS) {
            wideWeights(dWeights, dOut, x, s, n);
            return true;
        }
        return false;
    }

    private boolean takes(ConvShape s, Tensor... tensors) {
        boolean takes = tensorCores && s.stride() == 1;
        for (Tensor tensor : tensors) {
            takes &= in(tensor) % (4 * Float.BYTES) == 0;
        }
        return takes;
    }

    private void imageWeights(Tensor dWeights, Tensor dOut, Tensor x, ConvShape s, int n) {
        int rows = Math.multiplyExact(n, Math.ceilDiv(s.outWidth(), STRIP) * s.outHeight());
        int blocksY = s.outChannels() / COLUMNS;
        int chunkRows = Math.ceilDiv(rows, Math.max(1, IMAGE_BLOCKS / blocksY) * WARPS) * WARPS;
        int chunks = Math.ceilDiv(rows, chunkRows);
        long partial = engine.scratch.floats(Use.PARTIAL_SUMS, (long) chunks * s.weightSize());
        engine.commands.launch(
                "imageWeightGradient", chunks, blocksY, partial, in(dOut), in(x), kernelShape(s, n), chunkRows);
        sumChunks(dWeights, partial, chunks, s.weightSize());
    }

    private void wideWeights(Tensor dWeights, Tensor dOut, Tensor x, ConvShape s, int n) {
        int tiles = s.inChannels() / ROWS;
        int members = Math.min(WARPS, Integer.lowestOneBit(tiles));
        int teams = WARPS / members;
        int blocksY = s.outChannels() / COLUMNS * (tiles / members);
        int strips = Math.multiplyExact(n, Math.ceilDiv(s.outWidth(), STRIP));
        int chunkStrips = Math.ceilDiv(strips, Math.max(1, BLOCKS / blocksY) * teams) * teams;
        int chunks = Math.ceilDiv(strips, chunkStrips);
        long partial = engine.scratch.floats(Use.PARTIAL_SUMS, (long) chunks * s.weightSize());
        engine.commands.launch(
                "weightGradient", chunks, blocksY, partial, in(dOut), in(x), kernelShape(s, n), teams, chunkStrips);
        sumChunks(dWeights, partial, chunks, s.weightSize());
    }

    private void sumChunks(Tensor dWeights, long partial, int chunks, int count) {
        engine.commands.launch("sumChunks", Math.ceilDiv(count, 32), 1, out(dWeights), partial, chunks, count);
    }

    /** Sets dIn if the shape is one of ours, else returns false. */
    boolean input(Tensor dIn, Tensor dOut, Tensor weights, ConvShape s, int n) {
        if (!takes(s, dOut, weights) || s.inChannels() > MAX_IMAGE_CHANNELS || s.outChannels() % ROWS != 0) {
            return false;
        }
        int items = Math.multiplyExact(n, s.height() * Math.ceilDiv(s.width(), 16));
        engine.commands.launch(
                "imageGradient", Math.ceilDiv(items, WARPS), 1, out(dIn), in(dOut), in(weights), kernelShape(s, n));
        return true;
    }

    /** Sets y if the shape is one of ours, else returns false. */
    boolean forward(Tensor y, Tensor x, Tensor weights, Tensor bias, Activation activation, ConvShape s, int n) {
        if (!takes(s, x) || s.outChannels() > MAX_FEW_OUTPUTS || s.inChannels() % ROWS != 0) {
            return false;
        }
        int pixels = Math.multiplyExact(n, s.outHeight() * s.outWidth());
        engine.commands.launch(
                "fewOutputsForward",
                Math.ceilDiv(pixels, ROWS),
                1,
                out(y),
                in(x),
                in(weights),
                in(bias),
                activation.slope(),
                kernelShape(s, n));
        return true;
    }
}
