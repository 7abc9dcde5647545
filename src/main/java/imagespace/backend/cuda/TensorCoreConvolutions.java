package imagespace.backend.cuda;

import static imagespace.backend.cuda.CudaTensor.in;
import static imagespace.backend.cuda.CudaTensor.out;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import imagespace.backend.Tensor;
import imagespace.backend.cuda.Scratch.Use;

/**
 * Convolutions by kernels of our own, for shapes at which cuDNN takes several times as long: few channels, an image as
 * input, some classes as output. {@code native/convolutions.cu} says how. The weights stay in our layout.
 *
 * <p>Each method does its pass and returns true if the shape is one of its own. The sum over all pixels, of a gradient of
 * the weights, is divided into chunks, as many whatever the GPU, so that the bits do not depend on it.
 */
final class TensorCoreConvolutions {
    /** Up to so many channels our 3x3 kernels are quicker than cuDNN's (measured on an H200, see benchmarks/README.md). */
    private static final int FEW_CHANNELS = 64;

    /** Rows of a tile product, and what output or input channels are a multiple of where they are its inner dimension. */
    private static final int ROWS = 16;

    /** Output channels of a block, and input channels that it keeps at a time. */
    private static final int OUTS = 32;

    private static final int SLAB = 32;
    /** Taps and channels of an image that a warp takes. */
    private static final int IMAGE_ROWS = 32;
    /** Channels of an image whose gradient is wanted: columns of a tile product. */
    private static final int IMAGE_CHANNELS = 8;
    /** Classes: columns of two tile products. */
    private static final int FEW_OUTPUTS = 16;
    /** Columns of an image that are the inner dimension of a gradient of the weights. */
    private static final int STRIP = 8;
    /** Columns of a tile of an image; narrower images have narrower tiles. */
    private static final int WIDE = 32;

    private static final int NARROW = 16;
    /** Pixels of a tile, in convolutions and in gradients of the weights. */
    private static final int TILE = 256;

    private static final int GRADIENT_TILE = 128;

    private static final int WARPS = Commands.BLOCK / 32;
    /** Blocks that keep a large GPU busy: of kernels of which a multiprocessor takes one, and two. */
    private static final int BLOCKS = 128;

    private static final int TWO_EACH = 264;

    private final Engine engine;
    private final FilterCopies filters;
    private final boolean allowed;

    /** @param allowed whether products may be in TF32, and the device has it */
    TensorCoreConvolutions(Engine engine, FilterCopies filters, boolean allowed) {
        this.engine = engine;
        this.filters = filters;
        this.allowed = allowed;
    }

    /** Whether {@link #forward} is one of its own. */
    boolean hasForward(Tensor out, Tensor in, Tensor weights, ConvShape s) {
        return takes(s, out, in, weights) && (hasFewOutputs(s) || hasFewRows(s) || isNarrow(s));
    }

    /** out = activation(in * weights + bias). */
    boolean forward(Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, ConvShape s, int n) {
        if (!hasForward(out, in, weights, s)) {
            return false;
        }
        int[] shape = kernelShape(s, n);
        int pixels = Math.multiplyExact(n, s.outHeight() * s.outWidth());
        if (hasFewOutputs(s)) {
            engine.commands.launch(
                    "fewOutputsForward",
                    Math.ceilDiv(pixels, ROWS),
                    1,
                    out(out),
                    in(in),
                    in(weights),
                    in(bias),
                    activation.slope(),
                    shape);
        } else if (hasFewRows(s)) {
            Chunks chunks = Chunks.of(pixels, ROWS * WARPS, s.outChannels() / OUTS, TWO_EACH);
            engine.commands.launch(
                    "imageForward",
                    chunks.count,
                    s.outChannels() / OUTS,
                    out(out),
                    in(in),
                    in(weights),
                    in(bias),
                    activation.slope(),
                    shape,
                    chunks.size);
        } else {
            long tiles = filters.arranged(weights, s.inChannels(), s.outChannels());
            convolve(out(out), in(in), tiles, in(bias), activation.slope(), s, n);
        }
        return true;
    }

    /** Sets dIn. */
    boolean backwardData(Tensor dIn, Tensor dOut, Tensor weights, ConvShape s, int n) {
        if (!takes(s, dIn, dOut, weights)) {
            return false;
        }
        if (s.inChannels() <= IMAGE_CHANNELS && s.outChannels() % ROWS == 0) {
            int rows = Math.multiplyExact(n, s.height() * Math.ceilDiv(s.width(), ROWS));
            engine.commands.launch(
                    "imageGradient", Math.ceilDiv(rows, WARPS), 1, out(dIn), in(dOut), in(weights), kernelShape(s, n));
            return true;
        }
        if (isNarrow(s)) {
            ConvShape turned = new ConvShape(
                    s.outHeight(),
                    s.outWidth(),
                    s.outChannels(),
                    s.inChannels(),
                    s.kernel(),
                    1,
                    s.kernel() - 1 - s.padTop(),
                    s.kernel() - 1 - s.padLeft(),
                    s.height(),
                    s.width());
            long tiles =
                    filters.arranged(weights, s.inChannels(), s.outChannels()) + (long) s.weightSize() * Float.BYTES;
            convolve(out(dIn), in(dOut), tiles, Commands.NO_BIAS, 1, turned, n);
            return true;
        }
        return false;
    }

    private void convolve(long out, long in, long weights, long bias, float slope, ConvShape s, int n) {
        int columns = columns(s.outWidth());
        int tiles = Math.ceilDiv(s.outHeight(), TILE / columns) * Math.ceilDiv(s.outWidth(), columns);
        engine.commands.launch(
                "convolve" + columns,
                Math.multiplyExact(n, tiles),
                s.outChannels() / OUTS,
                out,
                in,
                weights,
                bias,
                slope,
                kernelShape(s, n));
    }

    private static int columns(int width) {
        return width <= NARROW ? NARROW : WIDE;
    }

    /** Sets dWeights. */
    boolean backwardWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape s, int n) {
        if (!takes(s, dOut, in) || s.outChannels() % OUTS != 0) {
            return false;
        }
        if (hasFewRows(s)) {
            imageWeights(dWeights, dOut, in, s, n);
            return true;
        }
        if (isNarrow(s)) {
            narrowWeights(dWeights, dOut, in, s, n);
            return true;
        }
        return false;
    }

    private void imageWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape s, int n) {
        int blocksY = s.outChannels() / OUTS;
        int rows = Math.multiplyExact(n, Math.ceilDiv(s.outWidth(), STRIP) * s.outHeight());
        Chunks chunks = Chunks.of(rows, WARPS, blocksY, 2 * BLOCKS);
        sumOfChunks("imageWeightGradient", chunks, blocksY, dWeights, dOut, in, s, n);
    }

    private void narrowWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape s, int n) {
        int columns = columns(s.outWidth());
        int blocksY = s.outChannels() / OUTS * (s.inChannels() / SLAB);
        int tiles = Math.ceilDiv(s.outHeight(), GRADIENT_TILE / columns) * Math.ceilDiv(s.outWidth(), columns);
        Chunks chunks = Chunks.of(Math.multiplyExact(n, tiles), 1, blocksY, BLOCKS);
        sumOfChunks("weightGradient" + columns, chunks, blocksY, dWeights, dOut, in, s, n);
    }

    /** Runs a kernel that leaves a gradient of the weights for each chunk, and adds those up. */
    private void sumOfChunks(
            String kernel, Chunks chunks, int blocksY, Tensor dWeights, Tensor dOut, Tensor in, ConvShape s, int n) {
        int count = s.weightSize();
        long partial = engine.scratch.floats(Use.PARTIAL_SUMS, (long) chunks.count * count);
        engine.commands.launch(
                kernel, chunks.count, blocksY, partial, in(dOut), in(in), kernelShape(s, n), chunks.size);
        engine.commands.launch("sumChunks", Math.ceilDiv(count, 32), 1, out(dWeights), partial, chunks.count, count);
    }

    /**
     * Work divided among blocks: so many chunks of so many items each, of which the last may have fewer.
     *
     * @param size a multiple of what a block does at a time
     */
    private record Chunks(int size, int count) {
        /** For about so many blocks, of which blocksY do the same items. */
        static Chunks of(int items, int atOnce, int blocksY, int blocks) {
            int wanted = Math.max(1, blocks / blocksY);
            int size = Math.ceilDiv(items, wanted * atOnce) * atOnce;
            return new Chunks(size, Math.ceilDiv(items, size));
        }
    }

    /** Tensors that are read by fours must lie so. */
    private boolean takes(ConvShape s, Tensor... tensors) {
        boolean takes = allowed && s.stride() == 1;
        for (Tensor tensor : tensors) {
            takes &= in(tensor) % (4 * Float.BYTES) == 0;
        }
        return takes;
    }

    private static boolean hasFewOutputs(ConvShape s) {
        return s.outChannels() <= FEW_OUTPUTS && s.inChannels() % ROWS == 0;
    }

    private static boolean hasFewRows(ConvShape s) {
        return s.kernel() * s.kernel() * s.inChannels() <= IMAGE_ROWS && s.outChannels() % OUTS == 0;
    }

    private static boolean isNarrow(ConvShape s) {
        return s.kernel() == 3
                && s.inChannels() % SLAB == 0
                && s.outChannels() % OUTS == 0
                && Math.max(s.inChannels(), s.outChannels()) <= FEW_CHANNELS;
    }

    /** {@code struct Conv} of native/convolutions.cu. */
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
}
