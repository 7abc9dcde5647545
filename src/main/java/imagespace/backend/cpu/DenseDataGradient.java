package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.ENOUGH_TASKS;
import static imagespace.backend.cpu.Gemm.MR;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.cpu.Gemm.Scratch;
import java.util.Arrays;

/**
 * dIn [rows, inputs] = dOut [rows, outputs] * transpose(weights [inputs, outputs]) of a dense layer, where the weights are larger
 * than dOut, and dOut fits the L2 cache.
 *
 * <p>{@link Product} would transpose the weights through memory first, and for one batch only. Here dOut is transposed instead:
 * transpose(dIn) = weights * transpose(dOut). So the weights are read as they lie, each once, and on their way from memory while
 * the tile before is multiplied. (Packed into the L1 cache first, they take a tenth longer.) Sums go in the order of Product's, as
 * the choice between the two depends on the length of vectors and the bits must not.
 */
final class DenseDataGradient {
    /** Floats of dOut that the L2 cache keeps beside all else. */
    private static final int BUDGET = 128 << 10;
    /** With few outputs most of the time would go to the transposed way of a tile to memory. */
    private static final int LEAST_OUTPUTS = 64;
    /** Tasks a thread: some, so that a thread that is held up does not hold up all. */
    private static final int TASKS_A_THREAD = 8;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final ThreadTeam.Task packTask = this::pack;
    private final ThreadTeam.Task inputsTask = this::inputs;
    /** The transpose of dOut: [rows / NR][outputs][NR or less] from START; zeros beyond the last row. */
    private float[] panels = {};

    // what the running call works on
    private CpuTensor dIn;
    private CpuTensor dOut;
    private CpuTensor weights;
    private int rows;
    private int inputs;
    private int outputs;
    /** Length of all stretches of the outputs but the last. */
    private int stretch;

    private int tasks;

    DenseDataGradient(ThreadTeam team, Scratch[] scratch) {
        this.team = team;
        this.scratch = scratch;
    }

    /** Whether this is the better way for such a layer and batch; {@link Product} takes any. */
    static boolean fits(int rows, int inputs, int outputs) {
        return inputs >= Math.max(MR, rows) && outputs >= LEAST_OUTPUTS && (long) roundUp(rows, NR) * outputs <= BUDGET;
    }

    void run(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int rows, int inputs, int outputs) {
        this.dIn = dIn;
        this.dOut = dOut;
        this.weights = weights;
        this.rows = rows;
        this.inputs = inputs;
        this.outputs = outputs;
        stretch = Gemm.stretch(roundUp(outputs, CHUNK), CHUNK);
        tasks = Math.min((inputs + MR - 1) / MR, TASKS_A_THREAD * team.threads());
        panels = Simd.grown(panels, roundUp(rows, NR) * outputs);
        for (Scratch s : scratch) {
            s.c = Simd.grown(s.c, MR * NR);
        }
        team.run(ENOUGH_TASKS, packTask);
        team.run(tasks, inputsTask);
    }

    /** Some outputs of all panels. */
    private void pack(int part, int worker) {
        int first = outputs * part / ENOUGH_TASKS;
        int count = outputs * (part + 1) / ENOUGH_TASKS - first;
        for (int row = 0; row < rows; row += NR) {
            int width = Gemm.panelWidth(row, rows);
            int wide = Math.min(width, rows - row);
            int to = START + row * outputs + first * width;
            if (wide < width) {
                Arrays.fill(panels, to, to + count * width, 0);
            }
            Transposition.run(dOut.data, dOut.at + row * outputs + first, outputs, wide, count, panels, to, width);
        }
    }

    /** The gradients of some inputs, as many at a time as a register tile has rows. */
    private void inputs(int task, int worker) {
        float[] tile = scratch[worker].c;
        int tiles = (inputs + MR - 1) / MR;
        int end = (int) ((long) tiles * (task + 1) / tasks);
        for (int t = (int) ((long) tiles * task / tasks); t < end; t++) {
            int input = Math.min(t * MR, inputs - MR); // the last tile overlaps the one before
            int a = weights.at + input * outputs;
            for (int row = 0; row < rows; row += NR) {
                int width = Gemm.panelWidth(row, rows);
                for (int k = 0; k < outputs; k += stretch) {
                    int steps = Math.min(stretch, outputs - k);
                    int b = START + row * outputs + k * width;
                    Gemm.productOfRows(width, steps, weights.data, a + k, outputs, panels, b, k > 0, tile, START);
                }
                store(tile, row, input, t * MR - input);
            }
        }
    }

    /** A tile [MR inputs][rows] to its place, from its row {@code first} on. */
    private void store(float[] tile, int row, int input, int first) {
        int width = Gemm.panelWidth(row, rows);
        int wide = Math.min(width, rows - row);
        for (int j = 0; j < wide; j++) {
            int to = dIn.at + (row + j) * inputs + input;
            for (int r = first; r < MR; r++) {
                dIn.data[to + r] = 0f + tile[START + r * width + j]; // no -0: Product adds a bias of 0
            }
        }
    }
}
