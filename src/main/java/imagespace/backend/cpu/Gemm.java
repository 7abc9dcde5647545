package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What matrix products share: the register tile and a worker's scratch memory.
 *
 * <p>{@link Product}, {@link TransposedProduct} and {@link DenseWeightGradient} follow Goto and van de Geijn ("Anatomy of
 * high-performance matrix multiplication", 2008): a block of A is packed into scratch memory of the size of the L2 cache, a
 * narrow panel of B stays in the L1 cache, and a tile of C stays in registers while the shared dimension runs by. Every value of
 * C is summed in an order that depends on the shapes only, so any number of threads gives the same bits.
 */
final class Gemm {
    /**
     * Rows of a register tile. 16 sums take half of 32 registers, enough to keep two multiply-adders busy. Plain AVX2 has 16
     * registers, 12 of which hold sums; see GenerateTiles for how that can be.
     */
    static final int MR = LANES == 8 ? 6 : 8;
    /** Rows of the other tiles, of transposed products and of colours; divides {@link Im2col#CHUNK}. */
    static final int OTHER_MR = LANES == 8 ? 4 : 8;
    /** Columns of a register tile. */
    static final int NR = 2 * LANES;
    /** About the length of a stretch of the shared dimension: so deep a panel of B and one of A stay near the L1 cache. */
    static final int DEPTH = 512;
    /** No stretch is longer. */
    static final int MOST_DEPTH = DEPTH * 3 / 2;
    /** Tasks worth having, so that some threads can share them evenly. */
    static final int ENOUGH_TASKS = 16;

    private Gemm() {}

    /** A worker's own memory: packed A, packed B, one line of im2col, unfinished tiles of C. */
    static final class Scratch {
        final float[] a =
                Simd.lines(Math.max(Product.BLOCK, Math.max(TransposedProduct.BLOCK, DenseWeightGradient.BLOCK)));

        final float[] b = Simd.lines(TransposedProduct.PANEL);
        final float[] line = new float[Math.max(MOST_DEPTH, TransposedProduct.MOST_OWNED)];
        /** Grows with the part of C that waits. */
        float[] c = {};
    }

    /** Length, in whole units, of all stretches but the last into which a shared dimension is cut. */
    static int stretch(int length, int unit) {
        int stretches = Math.max(1, (length + DEPTH / 2) / DEPTH);
        return Simd.roundUp((length + stretches - 1) / stretches, unit);
    }

    /** Panels of so many columns. */
    static int panels(int columns) {
        return (columns + NR - 1) / NR;
    }

    /** Width of the panel that starts at a column: two vectors, or one if that covers the rest. */
    static int panelWidth(int column, int columns) {
        return columns - column <= LANES ? LANES : NR;
    }

    /** The tile of {@link Product} with the right width. */
    static void product(int width, int kc, float[] a, int aAt, float[] b, int bAt, boolean add, float[] c, int cAt) {
        if (MR == 8) {
            if (width == NR) {
                Tiles.product8x2(kc, a, aAt, b, bAt, add, c, cAt);
            } else {
                Tiles.product8x1(kc, a, aAt, b, bAt, add, c, cAt);
            }
        } else if (width == NR) {
            Tiles.product6x2(kc, a, aAt, b, bAt, add, c, cAt);
        } else {
            Tiles.product6x1(kc, a, aAt, b, bAt, add, c, cAt);
        }
    }

    /** The same tile where the rows of a were not packed, but lie {@code lda} apart. */
    static void productOfRows(
            int width, int kc, float[] a, int aAt, int lda, float[] b, int bAt, boolean add, float[] c, int cAt) {
        if (MR == 8) {
            if (width == NR) {
                Tiles.productOfRows8x2(kc, a, aAt, lda, b, bAt, add, c, cAt);
            } else {
                Tiles.productOfRows8x1(kc, a, aAt, lda, b, bAt, add, c, cAt);
            }
        } else if (width == NR) {
            Tiles.productOfRows6x2(kc, a, aAt, lda, b, bAt, add, c, cAt);
        } else {
            Tiles.productOfRows6x1(kc, a, aAt, lda, b, bAt, add, c, cAt);
        }
    }

    /** The tile of transposed products with the right width. */
    static void transposed(int width, int kc, float[] a, int aAt, float[] b, int bAt, boolean add, float[] c, int cAt) {
        if (OTHER_MR == 8) {
            if (width == NR) {
                Tiles.transposed8x2(kc, a, aAt, b, bAt, add, c, cAt);
            } else {
                Tiles.transposed8x1(kc, a, aAt, b, bAt, add, c, cAt);
            }
        } else if (width == NR) {
            Tiles.transposed4x2(kc, a, aAt, b, bAt, add, c, cAt);
        } else {
            Tiles.transposed4x1(kc, a, aAt, b, bAt, add, c, cAt);
        }
    }

    /** A packed row of a panel: {@code width} floats, or as many as there are and zeros. */
    static void pack(float[] from, int at, int there, float[] to, int toAt, int width) {
        if (there >= width) {
            for (int i = 0; i < width; i += LANES) {
                FloatVector.fromArray(F, from, at + i).intoArray(to, toAt + i);
            }
        } else {
            System.arraycopy(from, at, to, toAt, there);
            Arrays.fill(to, toAt + there, toAt + width, 0);
        }
    }

    /** activation(sum + bias), the bias from {@code at} on: x > 0 ? x : slope * x. */
    static FloatVector activated(FloatVector sum, float[] bias, int at, float slope) {
        FloatVector x = sum.add(FloatVector.fromArray(F, bias, at));
        return x.blend(x.mul(slope), x.compare(VectorOperators.LE, 0));
    }

    /** A register tile [rows][width], as far as it lies in C, to its place there: {@code high} rows of {@code wide} floats. */
    static void store(float[] tiles, int tile, int width, int high, int wide, float[] to, int at, int stride) {
        for (int r = 0; r < high; r++) {
            int from = tile + r * width;
            int row = at + r * stride;
            int i = 0;
            for (; i <= wide - LANES; i += LANES) {
                FloatVector.fromArray(F, tiles, from + i).intoArray(to, row + i);
            }
            for (; i < wide; i++) {
                to[row + i] = tiles[from + i];
            }
        }
    }
}
