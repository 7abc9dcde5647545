package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.ENOUGH_TASKS;
import static imagespace.backend.cpu.Gemm.MR;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.cpu.Gemm.Scratch;
import jdk.incubator.vector.FloatVector;

/**
 * C = activation(A * B + bias), where A is an {@link Im2col} matrix: forward passes and data gradients.
 *
 * <p>A task owns a block of rows and a group of columns of C. It packs its rows of A over one stretch of the shared dimension
 * after the other, and multiplies each by one panel of B after the other. What C will be stays in scratch memory, a tile at a
 * time side by side, until it is complete: C itself is written once, and never read.
 */
final class Product {
    /** Rows of a block of A, at most. */
    static final int MOST_ROWS = 192;
    /** Floats of a packed block of A, at most: with a panel of B and tiles of C it stays in the L2 cache. */
    static final int BLOCK = MOST_ROWS * Gemm.DEPTH;
    /** Columns of a group, at most: so many unfinished columns of C wait for the next stretch. */
    private static final int MOST_COLUMNS = 1024;
    /** Tasks a thread: some, so that a thread that is held up does not hold up all. */
    private static final int TASKS_A_THREAD = 2;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final ThreadTeam.Task packTask = this::packPart;
    private final ThreadTeam.Task blocksTask = this::block;
    private float[] panels = {};

    // what the running call works on
    private Im2col a;
    private Matrix b;
    private float[] bias;
    private int biasAt;
    private float slope;
    private CpuTensor c;
    private int rows;
    private int columns;
    /** Shared dimension, in whole chunks. */
    private int depth;
    /** Length of all its stretches but the last. */
    private int stretch;
    /** Panels of B. */
    private int count;
    /** Blocks of rows. */
    private int blocks;
    /** Groups of columns. */
    private int groups;

    Product(ThreadTeam team, Scratch[] scratch) {
        this.team = team;
        this.scratch = scratch;
    }

    /** How to pack B as panels [depth][width], one for every NR columns, {@code depth * NR} apart, from START; zeros outside it. */
    @FunctionalInterface
    interface Matrix {
        /** Packs one of {@code parts} of the matrix. */
        void pack(float[] panels, int depth, int part, int parts);
    }

    /**
     * C [rows, columns] = activation(A * B + bias).
     *
     * @param columns columns of B and C
     * @param bias of each column, from {@code biasAt}
     * @param slope of the activation, 1 for none
     */
    void run(Im2col a, int rows, int columns, Matrix b, float[] bias, int biasAt, float slope, CpuTensor c) {
        this.a = a;
        this.b = b;
        this.bias = bias;
        this.biasAt = biasAt;
        this.slope = slope;
        this.c = c;
        this.rows = rows;
        this.columns = columns;
        depth = roundUp(a.columns(), CHUNK);
        count = Gemm.panels(columns);
        panels = Simd.grown(panels, count * NR * depth);
        stretch = Gemm.stretch(depth, CHUNK);
        int panelsABlock = Math.clamp(BLOCK / stretch / MR, 1, MOST_ROWS / MR);
        int least = (rowPanels() + panelsABlock - 1) / panelsABlock;
        // a single block reads B once; several are shared evenly
        blocks = least == 1 ? 1 : Math.min(roundUp(least, team.threads()), rowPanels());
        int enough = (TASKS_A_THREAD * team.threads() + blocks - 1) / blocks;
        groups = Math.min(count, Math.max(enough, (columns + MOST_COLUMNS - 1) / MOST_COLUMNS));
        int waiting = stretch >= depth ? 1 : (count + groups - 1) / groups;
        for (Scratch s : scratch) {
            s.c = Simd.grown(s.c, waiting * NR * MOST_ROWS);
        }
        team.run(ENOUGH_TASKS, packTask);
        team.run(blocks * groups, blocksTask);
    }

    private int rowPanels() {
        return (rows + MR - 1) / MR;
    }

    private void packPart(int part, int worker) {
        b.pack(panels, depth, part, ENOUGH_TASKS);
    }

    /** A block of rows times a group of columns. */
    private void block(int task, int worker) {
        Scratch s = scratch[worker];
        int block = task % blocks;
        int row = (int) ((long) rowPanels() * block / blocks) * MR;
        int high = Math.min(rows, (int) ((long) rowPanels() * (block + 1) / blocks) * MR) - row;
        int group = task / blocks;
        int firstPanel = count * group / groups;
        int endPanel = count * (group + 1) / groups;
        for (int k = 0; k < depth; k += stretch) {
            int steps = Math.min(stretch, depth - k);
            boolean first = k == 0;
            boolean last = k + steps == depth;
            for (int r = 0; r < high; r += MR) {
                a.pack(s.a, START + r * steps, CHUNK, MR * CHUNK, row + r, Math.min(MR, high - r), k, steps, s.line);
            }
            for (int panel = firstPanel; panel < endPanel; panel++) {
                int column = panel * NR;
                int width = Gemm.panelWidth(column, columns);
                int bAt = START + column * depth + k * width;
                int tiles = START + (first && last ? 0 : (panel - firstPanel) * NR * MOST_ROWS);
                for (int r = 0; r < high; r += MR) {
                    Gemm.product(width, steps, s.a, START + r * steps, panels, bAt, !first, s.c, tiles + r * width);
                }
                if (last) {
                    store(s.c, tiles, row, high, column, width);
                }
            }
        }
    }

    /** From scratch memory through bias and activation to C. */
    private void store(float[] from, int fromAt, int row, int high, int column, int width) {
        int wide = Math.min(width, columns - column);
        for (int r = 0; r < high; r++) {
            int at = fromAt + r * width;
            int to = c.at + (row + r) * columns + column;
            int i = 0;
            for (; i <= wide - LANES; i += LANES) {
                Gemm.activated(FloatVector.fromArray(F, from, at + i), bias, biasAt + column + i, slope)
                        .intoArray(c.data, to + i);
            }
            for (; i < wide; i++) {
                float v = from[at + i] + bias[biasAt + column + i];
                c.data[to + i] = v > 0 ? v : slope * v;
            }
        }
    }
}
