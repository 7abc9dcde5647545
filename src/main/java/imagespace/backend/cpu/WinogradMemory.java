package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.LANES;

import imagespace.backend.ConvShape;
import java.util.Arrays;

/**
 * Scratch memory of all Winograd convolutions of a backend, which run one after the other. Each grows it to its need when it
 * is made, and finds nothing of its own in it from one call to the next.
 */
final class WinogradMemory {
    /** Floats between the points of U, V, M and Y beyond what they hold: large powers of two would share cache sets. */
    static final int SKEW = 16;

    private static final MinimalFiltering LARGEST = MinimalFiltering.F6X4;

    /** Transformed weights. */
    float[] u = {};
    /** Sums of a weight gradient. */
    float[] sums = {};

    final Worker[] workers;

    /** A worker's own: transformed tiles and their products. */
    static final class Worker {
        final InputTransform.Scratch tiles = new InputTransform.Scratch();
        float[] v = {};
        /** Transformed weights of one panel. */
        float[] u = {};
        /** Weights of some channels, swapped and reversed. */
        float[] taps = {};
        /** Transformed outputs. */
        float[] m = {};
        /** Transformed gradients. */
        float[] y = {};
        /** Sums of some weights over all tiles. */
        float[] total = {};
        /** A tile between the passes of its transform. */
        final float[] halfway = Simd.lines(LARGEST.height() * LARGEST.pointColumns() * LANES);
        /** An output tile that reaches over the border, or its pooled windows. */
        final float[] tile = Simd.lines(LARGEST.height() * LARGEST.width() * LANES);
        /** The windows' bits, as {@link PooledPixels} keeps them. */
        final long[] bits = new long[LARGEST.height() * LARGEST.width() / 4];
    }

    /** Whether the largest of these arrays stay below 4 GiB: the sums of a weight gradient, and transformed tiles. */
    static boolean holds(ConvShape s) {
        long co = Simd.roundUp(s.outChannels(), Im2col.CHUNK);
        long weights = s.inChannels() * co + SKEW;
        long tiles = WinogradWeightGradient.MOST_TILES * Math.max(s.inChannels(), co) + SKEW;
        return LARGEST.points() * Math.max(WinogradWeightGradient.SHARES * weights, tiles) < 1L << 30;
    }

    WinogradMemory(int threads) {
        workers = new Worker[threads];
        Arrays.setAll(workers, i -> new Worker());
    }
}
