package imagespace.backend.cuda;

import static imagespace.backend.cuda.CudaTensor.in;
import static imagespace.backend.cuda.CudaTensor.out;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import imagespace.backend.Tensor;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Convolutions by kernels of our own, for shapes at which cuDNN takes several times as long: few channels, an image as
 * input, some classes as output. {@code native/convolutions.cu} says how. Weights stay in our layout, but for those
 * of 3x3 kernels of few channels ({@link FilterCopies#arranged}).
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
    /** Columns of images that have tiles of a width of their own. */
    private static final int NARROW = 16;
    /** Up to so many channels on both sides ours are quicker in gradients of the weights, if one side has few. */
    private static final int MORE_CHANNELS = 128;

    private static final int WARPS = Commands.BLOCK / 32;
    /** Blocks that keep a large GPU busy, of kernels of which a multiprocessor takes two. */
    private static final int BLOCKS = 264;

    /** Of {@code convolve}. */
    private static final List<Tile> OF_CONVOLUTIONS = List.of(
            new Tile("convolve8x16", 8, NARROW, 2),
            new Tile("convolve6x16", 6, NARROW, 2),
            new Tile("convolve16x16", 16, NARROW, 1),
            new Tile("convolve4x32", 4, 32, 2),
            new Tile("convolve8x32", 8, 32, 1));

    private static final List<Tile> OF_GRADIENTS =
            List.of(new Tile("weightGradient8", 8, NARROW, 1), new Tile("weightGradient6", 6, NARROW, 1));

    /** In place of the output of an activation before the convolution, and of the sums: they are not wanted. */
    private static final long NOTHING_BEFORE = 0;

    private final Engine engine;
    private final FilterCopies filters;
    private final boolean allowed;

    /** @param allowed whether products may be in TF32, and the device has it */
    TensorCoreConvolutions(Engine engine, FilterCopies filters, boolean allowed) {
        this.engine = engine;
        this.filters = filters;
        this.allowed = allowed;
    }

    /**
     * A tile of an image's output, and the kernel that goes through images by such.
     *
     * @param teams warps with the same pixels, each with 32 other output channels; of no use to gradients of the weights
     */
    private record Tile(String kernel, int high, int wide, int teams) {
        /** The one of those that has the fewest rows and columns too many. */
        static Tile of(ConvShape s, List<Tile> tiles) {
            return Collections.min(tiles, Comparator.comparingInt(t -> t.count(s) * t.high * t.wide));
        }

        int count(ConvShape s) {
            return Math.ceilDiv(s.outHeight(), high) * Math.ceilDiv(s.outWidth(), wide);
        }

        /** Shared memory of two tiles of an input, with the pixels around them, and of as many channels as a block keeps. */
        int inputBytes() {
            return 2 * (high + 2) * (wide + 2) * SLAB * Float.BYTES;
        }

        /** The same of an output. */
        int outputBytes() {
            return 2 * high * wide * SLAB * Float.BYTES;
        }
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
        if (fewOutputs(out, in, weights, bias, activation, s, n)) {
            return true;
        } else if (hasFewRows(s)) {
            Chunks chunks = Chunks.of(pixels, ROWS * WARPS, s.outChannels() / OUTS);
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

    /** The same for a layer of few outputs; else returns false. */
    boolean fewOutputs(Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, ConvShape s, int n) {
        if (!takes(s, out, in, weights) || !hasFewOutputs(s)) {
            return false;
        }
        int pixels = Math.multiplyExact(n, s.outHeight() * s.outWidth());
        engine.commands.launch(
                "fewOutputsForward",
                Math.ceilDiv(pixels, ROWS),
                1,
                out(out),
                in(in),
                in(weights),
                in(bias),
                activation.slope(),
                kernelShape(s, n));
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
            convolve(out(dIn), in(dOut), turned(weights, s), Commands.NO_BIAS, 1, turned(s), n);
            return true;
        }
        return false;
    }

    /** Sets dIn and dBias from dOut, through the activation of which in, in dIn's shape, is the output. */
    boolean activationBackwardData(
            Tensor dIn,
            Tensor dBias,
            Tensor dOut,
            Tensor weights,
            Tensor in,
            Activation activation,
            ConvShape s,
            int n) {
        if (!takes(s, dIn, dOut, weights, in) || !isNarrow(s)) {
            return false;
        }
        ConvShape turned = turned(s);
        Tile tile = tile(turned);
        Chunks chunks = chunks(tile, turned, n);
        long tiles = turned(weights, s);
        engine.sums.set(
                dBias,
                chunks.count,
                turned.outChannels(),
                partial -> convolve(
                        tile,
                        chunks,
                        turned,
                        n,
                        out(dIn),
                        in(dOut),
                        tiles,
                        Commands.NO_BIAS,
                        in(in),
                        partial,
                        activation.slope()));
        return true;
    }

    /** The convolution that takes the gradient of the output to that of the input. */
    private static ConvShape turned(ConvShape s) {
        return new ConvShape(
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
    }

    private long turned(Tensor weights, ConvShape s) {
        return filters.arranged(weights, s.inChannels(), s.outChannels()) + (long) s.weightSize() * Float.BYTES;
    }

    private void convolve(long out, long in, long weights, long bias, float slope, ConvShape s, int n) {
        Tile tile = tile(s);
        convolve(tile, chunks(tile, s, n), s, n, out, in, weights, bias, NOTHING_BEFORE, NOTHING_BEFORE, slope);
    }

    private void convolve(
            Tile tile,
            Chunks chunks,
            ConvShape s,
            int n,
            long out,
            long in,
            long weights,
            long bias,
            long before,
            long partial,
            float slope) {
        engine.commands.run(
                tile.kernel,
                tile.inputBytes(),
                chunks.count,
                s.outChannels() / (OUTS * tile.teams),
                out,
                in,
                weights,
                bias,
                before,
                partial,
                slope,
                kernelShape(s, n),
                chunks.size);
    }

    private static Tile tile(ConvShape s) {
        int teams = s.outChannels() % (2 * OUTS) == 0 ? 2 : 1;
        boolean narrow = s.outWidth() <= NARROW;
        return Tile.of(
                s,
                OF_CONVOLUTIONS.stream()
                        .filter(t -> t.teams == teams && (t.wide == NARROW) == narrow)
                        .toList());
    }

    private static Chunks chunks(Tile tile, ConvShape s, int n) {
        int blocksY = s.outChannels() / (OUTS * tile.teams);
        return Chunks.of(Math.multiplyExact(n, tile.count(s)), 1, blocksY);
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
        if (isHalfNarrow(s)) {
            narrowWeights(dWeights, dOut, in, s, n);
            return true;
        }
        return false;
    }

    private void imageWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape s, int n) {
        int blocksY = s.outChannels() / OUTS;
        int rows = Math.multiplyExact(n, Math.ceilDiv(s.outWidth(), STRIP) * s.outHeight());
        Chunks chunks = Chunks.of(rows, WARPS, blocksY);
        sumOfChunks("imageWeightGradient", 0, chunks, blocksY, dWeights, dOut, in, s, n);
    }

    private void narrowWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape s, int n) {
        Tile tile = Tile.of(s, OF_GRADIENTS);
        int blocksY = s.outChannels() / OUTS * (s.inChannels() / SLAB);
        Chunks chunks = Chunks.of(Math.multiplyExact(n, tile.count(s)), 1, blocksY);
        int sharedBytes = tile.inputBytes() + tile.outputBytes();
        sumOfChunks(tile.kernel, sharedBytes, chunks, blocksY, dWeights, dOut, in, s, n);
    }

    /** Runs a kernel that leaves a gradient of the weights for each chunk, to be added up. */
    private void sumOfChunks(
            String kernel,
            int sharedBytes,
            Chunks chunks,
            int blocksY,
            Tensor dWeights,
            Tensor dOut,
            Tensor in,
            ConvShape s,
            int n) {
        engine.sums.set(
                dWeights,
                chunks.count,
                s.weightSize(),
                partial -> engine.commands.run(
                        kernel,
                        sharedBytes,
                        chunks.count,
                        blocksY,
                        partial,
                        in(dOut),
                        in(in),
                        kernelShape(s, n),
                        chunks.size));
    }

    /**
     * Work divided among blocks: so many chunks of so many items each, of which the last may have fewer.
     *
     * @param size a multiple of what a block does at a time
     */
    private record Chunks(int size, int count) {
        /** For about {@link #BLOCKS} blocks, of which blocksY do the same items. */
        static Chunks of(int items, int atOnce, int blocksY) {
            int wanted = Math.max(1, BLOCKS / blocksY);
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
        return isByTiles(s) && Math.max(s.inChannels(), s.outChannels()) <= FEW_CHANNELS;
    }

    /** Few channels on one side at least. */
    private static boolean isHalfNarrow(ConvShape s) {
        return isByTiles(s)
                && Math.min(s.inChannels(), s.outChannels()) <= FEW_CHANNELS
                && Math.max(s.inChannels(), s.outChannels()) <= MORE_CHANNELS;
    }

    private static boolean isByTiles(ConvShape s) {
        return s.kernel() == 3 && s.inChannels() % SLAB == 0 && s.outChannels() % OUTS == 0;
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
