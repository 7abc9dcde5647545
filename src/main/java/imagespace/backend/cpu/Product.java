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
import jdk.incubator.vector.VectorOperators;

/**
 * C = activation(A * B + bias), where A is an {@link Im2col} matrix: forward passes and data gradients.
 *
 * <p>A task packs a block of rows of A over the whole shared dimension, and multiplies it by one panel of B after another. The
 * rows of C below a panel stay in scratch memory until they are complete: C itself is written once, and never read.
 */
final class Product {
    /** Longest stretch of the shared dimension: so deep a panel of B stays in the L1 cache, beside one of A. */
    static final int DEPTH = 256;
    /** Rows of a packed block of A. */
    static final int MOST_ROWS = 96;
    /** Floats of a packed block of A, if a single panel of rows is not larger: it stays in the L2 cache. */
    static final int BLOCK = MOST_ROWS * 1536;
    /** Floats of a group of panels of B, which all rows meet before the next group: it stays in the L3 cache. */
    private static final int GROUP = 1 << 21;
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
    private float slope;
    private CpuTensor c;
    private int rows;
    private int columns;
    /** Shared dimension, in whole chunks. */
    private int depth;
    /** Panels of B. */
    private int count;
    /** Blocks of rows. */
    private int blocks;
    /** Groups of panels of B. */
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
     * @param bias as long as whole panels, or zeros
     * @param slope of the activation, 1 for none
     */
    void run(Im2col a, int rows, int columns, Matrix b, float[] bias, float slope, CpuTensor c) {
        this.a = a;
        this.b = b;
        this.bias = bias;
        this.slope = slope;
        this.c = c;
        this.rows = rows;
        this.columns = columns;
        depth = roundUp(a.columns(), CHUNK);
        count = (columns + NR - 1) / NR;
        panels = Simd.grown(panels, count * NR * depth);
        int panelsABlock = Math.clamp(BLOCK / depth / MR, 1, MOST_ROWS / MR);
        for (Scratch s : scratch) {
            if (s.a.length < panelsABlock * MR * depth) {
                s.a = new float[panelsABlock * MR * depth];
            }
        }
        blocks = (rowPanels() + panelsABlock - 1) / panelsABlock;
        int enough = (TASKS_A_THREAD * team.threads() + blocks - 1) / blocks;
        int small = (int) ((long) count * NR * depth / GROUP) + 1;
        groups = Math.min(count, Math.max(enough, small));
        team.run(ENOUGH_TASKS, packTask);
        team.run(blocks * groups, blocksTask);
    }

    private int rowPanels() {
        return (rows + MR - 1) / MR;
    }

    private void packPart(int part, int worker) {
        b.pack(panels, depth, part, ENOUGH_TASKS);
    }

    /** A block of rows times a group of panels. */
    private void block(int task, int worker) {
        Scratch s = scratch[worker];
        int block = task % blocks;
        int row = (int) ((long) rowPanels() * block / blocks) * MR;
        int high = Math.min(rows, (int) ((long) rowPanels() * (block + 1) / blocks) * MR) - row;
        int stretches = (depth + DEPTH - 1) / DEPTH;
        int stretch = roundUp((depth + stretches - 1) / stretches, CHUNK);
        for (int r = 0; r < high; r += MR) {
            for (int k = 0; k < depth; k += stretch) {
                int steps = Math.min(stretch, depth - k);
                int to = r * depth + k * MR;
                a.pack(s.a, to, CHUNK, MR * CHUNK, row + r, Math.min(MR, high - r), k, steps, s.line);
            }
        }
        int group = task / blocks;
        for (int panel = count * group / groups; panel < count * (group + 1) / groups; panel++) {
            int column = panel * NR;
            int width = Gemm.panelWidth(column, columns);
            for (int k = 0; k < depth; k += stretch) {
                int steps = Math.min(stretch, depth - k);
                int bAt = START + column * depth + k * width;
                for (int r = 0; r < high; r += MR) {
                    float[] init = k == 0 ? bias : s.c;
                    int initAt = k == 0 ? column : r * NR;
                    int aAt = r * depth + k * MR;
                    Gemm.product(width, steps, s.a, aAt, panels, bAt, init, initAt, k == 0 ? 0 : NR, s.c, r * NR, NR);
                }
            }
            store(s.c, row, high, column, Math.min(NR, columns - column));
        }
    }

    /** Through the activation from scratch memory to C. */
    private void store(float[] from, int row, int high, int column, int wide) {
        for (int r = 0; r < high; r++) {
            int at = r * NR;
            int to = c.at + (row + r) * columns + column;
            int i = 0;
            for (; i <= wide - LANES; i += LANES) {
                FloatVector v = FloatVector.fromArray(F, from, at + i);
                v.blend(v.mul(slope), v.compare(VectorOperators.LE, 0)).intoArray(c.data, to + i);
            }
            for (; i < wide; i++) {
                float v = from[at + i];
                c.data[to + i] = v > 0 ? v : slope * v;
            }
        }
    }
}
