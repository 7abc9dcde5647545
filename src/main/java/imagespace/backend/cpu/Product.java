package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.ENOUGH_TASKS;
import static imagespace.backend.cpu.Gemm.MR;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.cpu.Gemm.Scratch;

/** C = activation(A * B + bias), where A is an {@link Im2col} matrix: forward passes and data gradients. */
final class Product {
    /** Longest stretch of the shared dimension between two visits to C. */
    static final int DEPTH = 384;
    /** Rows of a packed block of A. */
    private static final int ROWS = 96;
    /** Floats of a packed block of A. */
    static final int BLOCK = ROWS * DEPTH;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final ThreadTeam.Task packTask = this::packPanel;
    private final ThreadTeam.Task blocksTask = this::rowBlock;
    private float[] panels = {};

    // what the running call works on
    private Im2col a;
    private Panel b;
    private float[] bias;
    private float slope;
    private CpuTensor c;
    private int rows;
    private int columns;
    /** Shared dimension, in whole chunks. */
    private int depth;
    /** Panels of B. */
    private int count;
    /** Tasks that share a block of rows, each with some panels. */
    private int groups;

    Product(ThreadTeam team, Scratch[] scratch) {
        this.team = team;
        this.scratch = scratch;
    }

    /** How to fill a panel of B, [k][width]: columns {@code column ...} of the matrix, zeros outside it. */
    @FunctionalInterface
    interface Panel {
        void pack(float[] to, int at, int width, int column);
    }

    /**
     * C [rows, columns] = activation(A * B + bias).
     *
     * @param columns columns of B and C
     * @param bias as long as whole panels, or zeros
     * @param slope of the activation, 1 for none
     */
    void run(Im2col a, int rows, int columns, Panel b, float[] bias, float slope, CpuTensor c) {
        this.a = a;
        this.b = b;
        this.bias = bias;
        this.slope = slope;
        this.c = c;
        this.rows = rows;
        this.columns = columns;
        depth = roundUp(a.columns(), CHUNK);
        count = (columns + NR - 1) / NR;
        if (panels.length < count * NR * depth) {
            panels = new float[count * NR * depth];
        }
        int rowBlocks = (rows + ROWS - 1) / ROWS;
        groups = Math.min(count, (ENOUGH_TASKS + rowBlocks - 1) / rowBlocks);
        team.run(count, packTask);
        team.run(rowBlocks * groups, blocksTask);
    }

    private void packPanel(int panel, int worker) {
        b.pack(panels, panel * NR * depth, Gemm.panelWidth(panel * NR, columns), panel * NR);
    }

    /** A block of rows times some panels, stretch after stretch of the shared dimension. */
    private void rowBlock(int task, int worker) {
        int row = task / groups * ROWS;
        int high = Math.min(ROWS, rows - row);
        int group = task % groups;
        int firstPanel = count * group / groups;
        int endPanel = count * (group + 1) / groups;
        int stretches = (depth + DEPTH - 1) / DEPTH;
        int stretch = roundUp((depth + stretches - 1) / stretches, CHUNK);
        for (int k = 0; k < depth; k += stretch) {
            stretch(scratch[worker], row, high, k, Math.min(stretch, depth - k), firstPanel, endPanel);
        }
        if (slope != 1) {
            int from = firstPanel * NR;
            int wide = Math.min(endPanel * NR, columns) - from;
            for (int r = row; r < row + high; r++) {
                Activations.activate(c.data, c.at + r * columns + from, wide, slope);
            }
        }
    }

    /** Adds {@code steps} of the shared dimension to a block of rows. */
    private void stretch(Scratch s, int row, int high, int k, int steps, int firstPanel, int endPanel) {
        for (int r = 0; r < high; r += MR) {
            a.pack(s.a, r * steps, CHUNK, MR * CHUNK, row + r, Math.min(MR, high - r), k, steps, s.line);
        }
        for (int panel = firstPanel; panel < endPanel; panel++) {
            for (int r = 0; r < high; r += MR) {
                tile(s, row + r, Math.min(MR, high - r), r * steps, k, steps, panel * NR);
            }
        }
    }

    private void tile(Scratch s, int row, int high, int aAt, int k, int steps, int column) {
        int width = Gemm.panelWidth(column, columns);
        int wide = Math.min(width, columns - column);
        int bAt = column * depth + k * width;
        int cAt = c.at + row * columns + column;
        boolean first = k == 0;
        if (high == MR && wide == width) {
            float[] init = first ? bias : c.data;
            int initAt = first ? column : cAt;
            Gemm.product(width, steps, s.a, aAt, panels, bAt, init, initAt, first ? 0 : columns, c.data, cAt, columns);
        } else { // a ragged tile goes through scratch memory
            if (!first) {
                Gemm.copyTile(c.data, cAt, columns, s.tile, 0, width, high, wide);
            }
            float[] init = first ? bias : s.tile;
            int initAt = first ? column : 0;
            Gemm.product(width, steps, s.a, aAt, panels, bAt, init, initAt, first ? 0 : width, s.tile, 0, width);
            Gemm.copyTile(s.tile, 0, width, c.data, cAt, columns, high, wide);
        }
    }
}
