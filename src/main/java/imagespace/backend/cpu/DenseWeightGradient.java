package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.ENOUGH_TASKS;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Gemm.OTHER_MR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.cpu.Gemm.Scratch;

/**
 * C = transpose(A) * B: the weight gradient of a dense layer, where A [rows, inputs] are its inputs, B [rows, outputs] the
 * gradients of its outputs and C [inputs, outputs] those of its weights.
 *
 * <p>Unlike in {@link TransposedProduct}, B is packed once for all tasks, whole rows at a time, as memory likes to be read. A task
 * owns a block of C and goes through the rows in stretches: it packs its columns of A over one, and multiplies as many of them as
 * a register tile has rows by some panels of B, then the next ones. Those columns stay in the L1 cache, the panels in the L2 cache.
 * What C will be waits in scratch memory from one stretch to the next; so C itself is written once, from left to right.
 */
final class DenseWeightGradient {
    /** Strips of 16 columns of A in a block, at most. */
    private static final int MOST_STRIPS = 12;
    /** Floats of a packed block of A. */
    static final int BLOCK = MOST_STRIPS * CHUNK * Gemm.MOST_DEPTH;
    /** Columns of a block of C, at most. */
    private static final int MOST_COLUMNS = 1024;
    /** Panels of B that stay in the L2 cache. */
    private static final int PANELS = 8;
    /** Tasks a thread, if there are panels enough: some, so that a thread that is held up does not hold up all. */
    private static final int TASKS_A_THREAD = 2;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final ThreadTeam.Task packTask = this::pack;
    private final ThreadTeam.Task blockTask = this::block;
    private float[] panels = {};

    // what the running call works on
    private CpuTensor a;
    private CpuTensor b;
    private CpuTensor c;
    private int rows;
    private int inputs;
    private int outputs;
    /** Strips of 16 columns of A. */
    private int stripCount;
    /** Panels of B, of two vectors. */
    private int panelCount;
    /** Length of all stretches but the last. */
    private int stretch;
    /** Blocks of C along the inputs and along the outputs. */
    private int blocks;

    private int groups;

    DenseWeightGradient(ThreadTeam team, Scratch[] scratch) {
        this.team = team;
        this.scratch = scratch;
    }

    /** C [inputs, outputs] = transpose(A [rows, inputs]) * B [rows, outputs]. */
    void run(CpuTensor a, CpuTensor b, int rows, int inputs, int outputs, CpuTensor c) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.rows = rows;
        this.inputs = inputs;
        this.outputs = outputs;
        stripCount = (inputs + CHUNK - 1) / CHUNK;
        panelCount = Gemm.panels(outputs);
        panels = Simd.grown(panels, panelCount * NR * rows);
        stretch = Gemm.stretch(rows, 1);
        int least = (stripCount + MOST_STRIPS - 1) / MOST_STRIPS;
        blocks = Math.min(stripCount, roundUp(least, team.threads()));
        int enough = (TASKS_A_THREAD * team.threads() + blocks - 1) / blocks;
        groups = Math.min(panelCount, Math.max(enough, (outputs + MOST_COLUMNS - 1) / MOST_COLUMNS));
        int waiting = stretch >= rows ? OTHER_MR : MOST_STRIPS * CHUNK * ((panelCount + groups - 1) / groups);
        for (Scratch s : scratch) {
            s.c = Simd.grown(s.c, waiting * NR);
        }
        team.run(ENOUGH_TASKS, packTask);
        team.run(blocks * groups, blockTask);
    }

    /** Some rows of B to [panel][rows][width]. */
    private void pack(int part, int worker) {
        int end = (int) ((long) rows * (part + 1) / ENOUGH_TASKS);
        for (int row = (int) ((long) rows * part / ENOUGH_TASKS); row < end; row++) {
            for (int column = 0; column < outputs; column += NR) {
                int width = Gemm.panelWidth(column, outputs);
                int to = START + column * rows + row * width;
                Gemm.pack(b.data, b.at + row * outputs + column, outputs - column, panels, to, width);
            }
        }
    }

    /** A block of C. */
    private void block(int task, int worker) {
        Scratch s = scratch[worker];
        int block = task % blocks;
        int group = task / blocks;
        int firstInput = (int) ((long) stripCount * block / blocks) * CHUNK;
        int endInput = Math.min(inputs, (int) ((long) stripCount * (block + 1) / blocks) * CHUNK);
        int firstPanel = panelCount * group / groups;
        int endPanel = panelCount * (group + 1) / groups;
        for (int row = 0; row < rows; row += stretch) {
            int steps = Math.min(stretch, rows - row);
            packStrips(s.a, row, steps, firstInput, endInput);
            int tile = START;
            for (int panel = firstPanel; panel < endPanel; panel += PANELS) {
                int end = Math.min(endPanel, panel + PANELS);
                for (int input = firstInput; input < endInput; input += OTHER_MR) {
                    tile = tiles(s, row, steps, input - firstInput, input, panel, end, tile);
                }
            }
        }
    }

    /** Some rows of some columns of A to [strip][steps][16]. */
    private void packStrips(float[] strips, int row, int steps, int firstInput, int endInput) {
        for (int r = 0; r < steps; r++) {
            int from = a.at + (row + r) * inputs;
            for (int input = firstInput; input < endInput; input += CHUNK) {
                int to = START + (input - firstInput) * steps + r * CHUNK;
                Gemm.pack(a.data, from + input, inputs - input, strips, to, CHUNK);
            }
        }
    }

    /**
     * A tile's rows of C, from {@code input} on, times some panels.
     *
     * @param column of the packed strips, which holds that input
     * @param tile where the first of these tiles waits; returns that of the next
     */
    private int tiles(Scratch s, int row, int steps, int column, int input, int firstPanel, int endPanel, int tile) {
        boolean first = row == 0;
        boolean last = row + steps == rows;
        int aAt = START + column / CHUNK * CHUNK * steps + column % CHUNK;
        for (int panel = firstPanel; panel < endPanel; panel++) {
            int output = panel * NR;
            int width = Gemm.panelWidth(output, outputs);
            Gemm.transposed(width, steps, s.a, aAt, panels, START + output * rows + row * width, !first, s.c, tile);
            if (last) {
                int high = Math.min(OTHER_MR, inputs - input);
                int wide = Math.min(width, outputs - output);
                Gemm.store(s.c, tile, width, high, wide, c.data, c.at + input * outputs + output, outputs);
            }
            tile += first && last ? 0 : OTHER_MR * NR; // with a single stretch nothing has to wait
        }
        return tile;
    }
}
