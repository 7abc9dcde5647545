package imagespace.backend.cpu;

import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.roundUp;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Matrix products of an {@link Im2col} matrix: the work of every convolution and dense layer.
 *
 * <p>The plan is that of Goto and van de Geijn ("Anatomy of high-performance matrix multiplication", 2008): a block of
 * A is packed into scratch memory of the size of the L2 cache, a narrow panel of B stays in the L1 cache, and a tile of
 * C stays in registers while the shared dimension runs by.
 *
 * <p>Every value of C is summed in an order that depends on the shapes only, so any number of threads gives the same
 * bits.
 */
final class Gemm {
    /** Rows of a register tile. Twelve rows of two vectors need 27 registers; plain AVX2 has 16. */
    static final int MR = LANES == 8 ? 6 : 12;
    /** Columns of a register tile. */
    static final int NR = 2 * LANES;
    /** Rows of a packed block of A. */
    private static final int MC = 96;
    /** Longest stretch of the shared dimension between two visits to C. */
    private static final int KC = 384;
    /** Rows of im2col in one pass of the weight gradient. */
    private static final int PIXELS = 128;
    /** Columns of im2col that one task of the weight gradient owns: a multiple of MR and CHUNK. */
    private static final int OWNED = 144;
    /** Tasks worth having, so that some threads can share them evenly. */
    private static final int ENOUGH_TASKS = 16;

    private final ThreadTeam team;
    /** A worker's own: packed A, packed B, one line of im2col, one tile of C. */
    private final Scratch[] scratch;

    private float[] panels = {};
    private float[] partial = {};

    private static final class Scratch {
        final float[] a = new float[Math.max(MC * KC, PIXELS * OWNED)];
        final float[] line = new float[KC];
        final float[] tile = new float[MR * NR];
        float[] b = {};
    }

    Gemm(ThreadTeam team) {
        this.team = team;
        scratch = new Scratch[team.threads()];
        Arrays.setAll(scratch, i -> new Scratch());
    }

    /** How to fill a panel of B, [k][width]: columns {@code column ...} of the matrix, zeros outside it. */
    @FunctionalInterface
    interface Panel {
        void pack(float[] to, int at, int width, int column);
    }

    /** Width of the panel that starts at a column: two vectors, or one if that covers the rest. */
    static int panelWidth(int column, int columns) {
        return columns - column <= LANES ? LANES : NR;
    }

    /**
     * C [rows, columns] = activation(A * B + bias).
     *
     * @param columns columns of B and C
     * @param bias as long as whole panels, or zeros
     * @param slope of the activation, 1 for none
     */
    void multiply(Im2col a, int rows, int columns, Panel b, float[] bias, float slope, CpuTensor c) {
        int depth = roundUp(a.columns(), CHUNK);
        int count = (columns + NR - 1) / NR;
        if (panels.length < count * NR * depth) {
            panels = new float[count * NR * depth];
        }
        team.run(
                count,
                (panel, worker) -> b.pack(panels, panel * NR * depth, panelWidth(panel * NR, columns), panel * NR));

        int kBlocks = (depth + KC - 1) / KC;
        int kc = roundUp((depth + kBlocks - 1) / kBlocks, CHUNK);
        int rowBlocks = (rows + MC - 1) / MC;
        int groups = Math.min(count, (ENOUGH_TASKS + rowBlocks - 1) / rowBlocks);
        team.run(rowBlocks * groups, (task, worker) -> {
            int row = task / groups * MC;
            int group = task % groups;
            int mc = Math.min(MC, rows - row);
            for (int k = 0; k < depth; k += kc) {
                int steps = Math.min(kc, depth - k);
                block(
                        a,
                        scratch[worker],
                        row,
                        mc,
                        k,
                        steps,
                        depth,
                        count * group / groups,
                        count * (group + 1) / groups,
                        columns,
                        bias,
                        k + steps == depth ? slope : 1,
                        c);
            }
        });
    }

    /** One block of A times its panels of B, over {@code steps} of the shared dimension. */
    private void block(
            Im2col a,
            Scratch scratch,
            int row,
            int mc,
            int k,
            int steps,
            int depth,
            int firstPanel,
            int endPanel,
            int columns,
            float[] bias,
            float slope,
            CpuTensor c) {
        for (int r = 0; r < mc; r += MR) {
            a.pack(scratch.a, r * steps, CHUNK, MR * CHUNK, row + r, Math.min(MR, mc - r), k, steps, scratch.line);
        }
        for (int panel = firstPanel; panel < endPanel; panel++) {
            int column = panel * NR;
            int width = panelWidth(column, columns);
            int bAt = panel * NR * depth + k * width;
            int wide = Math.min(width, columns - column);
            for (int r = 0; r < mc; r += MR) {
                int cAt = c.at + (row + r) * columns + column;
                int high = Math.min(MR, mc - r);
                if (high == MR && wide == width) {
                    product(
                            width,
                            steps,
                            scratch.a,
                            r * steps,
                            panels,
                            bAt,
                            k == 0 ? bias : c.data,
                            k == 0 ? column : cAt,
                            k == 0 ? 0 : columns,
                            c.data,
                            cAt,
                            columns);
                } else { // a ragged tile goes through scratch memory
                    if (k > 0) {
                        copyTile(c.data, cAt, columns, scratch.tile, 0, width, high, wide);
                    }
                    product(
                            width,
                            steps,
                            scratch.a,
                            r * steps,
                            panels,
                            bAt,
                            k == 0 ? bias : scratch.tile,
                            k == 0 ? column : 0,
                            k == 0 ? 0 : width,
                            scratch.tile,
                            0,
                            width);
                    copyTile(scratch.tile, 0, width, c.data, cAt, columns, high, wide);
                }
            }
        }
        if (slope != 1) {
            int from = firstPanel * NR;
            int wide = Math.min(endPanel * NR, columns) - from;
            for (int r = 0; r < mc; r++) {
                Elementwise.activate(c.data, c.at + (row + r) * columns + from, wide, slope);
            }
        }
    }

    static void product(
            int width,
            int kc,
            float[] a,
            int aAt,
            float[] b,
            int bAt,
            float[] init,
            int initAt,
            int initStride,
            float[] c,
            int cAt,
            int ldc) {
        if (MR == 12) {
            if (width == NR) {
                Tiles.product12x2(kc, a, aAt, b, bAt, init, initAt, initStride, c, cAt, ldc);
            } else {
                Tiles.product12x1(kc, a, aAt, b, bAt, init, initAt, initStride, c, cAt, ldc);
            }
        } else if (width == NR) {
            Tiles.product6x2(kc, a, aAt, b, bAt, init, initAt, initStride, c, cAt, ldc);
        } else {
            Tiles.product6x1(kc, a, aAt, b, bAt, init, initAt, initStride, c, cAt, ldc);
        }
    }

    private static void copyTile(
            float[] from, int fromAt, int fromStride, float[] to, int toAt, int toStride, int high, int wide) {
        for (int r = 0; r < high; r++) {
            System.arraycopy(from, fromAt + r * fromStride, to, toAt + r * toStride, wide);
        }
    }

    /**
     * C [a.columns, columns] = transpose(A) * B: the weight gradient. A has as many rows as B, one a pixel.
     *
     * <p>A task owns some columns of A, and where those are few also a share of the pixels; shares are added up in
     * order at the end.
     */
    void multiplyTransposed(Im2col a, int rows, CpuTensor b, int columns, CpuTensor c) {
        int owners = (a.columns() + OWNED - 1) / OWNED;
        int blocks = (rows + PIXELS - 1) / PIXELS;
        int shares = Math.min(blocks, (ENOUGH_TASKS + owners - 1) / owners);
        int size = a.columns() * columns;
        if (partial.length < (shares - 1) * size) {
            partial = new float[(shares - 1) * size];
        }
        team.run(owners * shares, (task, worker) -> {
            int share = task / owners;
            int k = task % owners * OWNED;
            float[] sums = share == 0 ? c.data : partial;
            int sumsAt = share == 0 ? c.at : (share - 1) * size;
            for (int block = blocks * share / shares; block < blocks * (share + 1) / shares; block++) {
                int row = block * PIXELS;
                transposedBlock(
                        a,
                        b,
                        columns,
                        scratch[worker],
                        row,
                        Math.min(PIXELS, rows - row),
                        k,
                        Math.min(OWNED, a.columns() - k),
                        block > blocks * share / shares,
                        sums,
                        sumsAt + k * columns);
            }
        });
        if (shares > 1) {
            team.run(ENOUGH_TASKS, (task, worker) -> {
                int from = size / ENOUGH_TASKS * task;
                int to = task == ENOUGH_TASKS - 1 ? size : size / ENOUGH_TASKS * (task + 1);
                for (int share = 0; share < shares - 1; share++) {
                    for (int i = from; i < to; i++) {
                        c.data[c.at + i] += partial[share * size + i];
                    }
                }
            });
        }
    }

    private void transposedBlock(
            Im2col a,
            CpuTensor b,
            int columns,
            Scratch scratch,
            int row,
            int pixels,
            int k,
            int owned,
            boolean add,
            float[] c,
            int cAt) {
        int lda = roundUp(owned, CHUNK);
        a.pack(scratch.a, 0, lda, CHUNK, row, pixels, k, lda, scratch.line);
        int padded = roundUp(columns, LANES);
        if (scratch.b.length < PIXELS * padded) {
            scratch.b = new float[PIXELS * padded];
        }
        for (int column = 0; column < columns; column += NR) {
            int width = panelWidth(column, columns);
            int wide = Math.min(width, columns - column);
            int bAt = column * pixels;
            for (int p = 0; p < pixels; p++) {
                int from = b.at + (row + p) * columns + column;
                int to = bAt + p * width;
                if (wide == width) {
                    for (int i = 0; i < width; i += LANES) {
                        FloatVector.fromArray(F, b.data, from + i).intoArray(scratch.b, to + i);
                    }
                } else {
                    System.arraycopy(b.data, from, scratch.b, to, wide);
                    Arrays.fill(scratch.b, to + wide, to + width, 0);
                }
            }
            for (int r = 0; r < owned; r += MR) {
                int high = Math.min(MR, owned - r);
                int at = cAt + r * columns + column;
                if (high == MR && wide == width) {
                    transposed(
                            width,
                            pixels,
                            scratch.a,
                            r,
                            lda,
                            scratch.b,
                            bAt,
                            add ? c : ZEROS,
                            add ? at : 0,
                            add ? columns : 0,
                            c,
                            at,
                            columns);
                } else {
                    if (add) {
                        copyTile(c, at, columns, scratch.tile, 0, width, high, wide);
                    }
                    transposed(
                            width,
                            pixels,
                            scratch.a,
                            r,
                            lda,
                            scratch.b,
                            bAt,
                            add ? scratch.tile : ZEROS,
                            0,
                            add ? width : 0,
                            scratch.tile,
                            0,
                            width);
                    copyTile(scratch.tile, 0, width, c, at, columns, high, wide);
                }
            }
        }
    }

    /** A row of zeros for tiles that start from nothing. */
    static final float[] ZEROS = new float[NR];

    private static void transposed(
            int width,
            int kc,
            float[] a,
            int aAt,
            int lda,
            float[] b,
            int bAt,
            float[] init,
            int initAt,
            int initStride,
            float[] c,
            int cAt,
            int ldc) {
        if (MR == 12) {
            if (width == NR) {
                Tiles.transposed12x2(kc, a, aAt, lda, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
            } else {
                Tiles.transposed12x1(kc, a, aAt, lda, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
            }
        } else if (width == NR) {
            Tiles.transposed6x2(kc, a, aAt, lda, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
        } else {
            Tiles.transposed6x1(kc, a, aAt, lda, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
        }
    }
}
