package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.ENOUGH_TASKS;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Gemm.OTHER_MR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.cpu.Gemm.Scratch;

/**
 * C = transpose(A) * B, where A is an {@link Im2col} matrix and B has a row a pixel too: weight gradients.
 *
 * <p>A task owns some columns of A, and where those are few also a share of the pixels; the shares are added up in order
 * at the end. How many shares there are depends on the shape only, and so do the bits; how many columns a task owns does
 * not change them. Pixels run by in passes. Between two of them what C will be stays in scratch memory, tile beside tile:
 * in C itself the rows of a tile are so far apart that each waits for memory.
 */
final class TransposedProduct {
    /** Pixels in one pass: a panel of B of so many rows stays in the L1 cache. */
    private static final int PIXELS = 256;
    /** Shares are cut between so many pixels. */
    private static final int UNIT = 128;
    /** Shares are as many as make enough tasks of so many columns. */
    private static final int FEW_COLUMNS = 144;
    /** Columns of A that one task owns at most: each task packs all of B, and its block of A fills half the L2 cache. */
    static final int MOST_OWNED = 576;
    /** Tasks a thread: some, so that a thread that is held up does not hold up all. */
    private static final int TASKS_A_THREAD = 3;
    /** Floats of a packed block of A. */
    static final int BLOCK = PIXELS * MOST_OWNED;
    /** Floats of a packed panel of B. */
    static final int PANEL = PIXELS * NR;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final ThreadTeam.Task shareTask = this::share;
    private final ThreadTeam.Task addTask = this::addShares;
    /** C of all shares but the first. */
    private float[] partial = {};

    // what the running call works on
    private Im2col a;
    private CpuTensor b;
    private CpuTensor c;
    private int rows;
    private int columns;
    /** Chunks of columns of A. */
    private int chunks;
    /** Tasks that own some of them each, evenly. */
    private int owners;

    private int shares;

    TransposedProduct(ThreadTeam team, Scratch[] scratch) {
        this.team = team;
        this.scratch = scratch;
    }

    /** C [a.columns, columns] = transpose(A) * B. */
    void run(Im2col a, int rows, CpuTensor b, int columns, CpuTensor c) {
        this.a = a;
        this.b = b;
        this.c = c;
        this.rows = rows;
        this.columns = columns;
        int few = (a.columns() + FEW_COLUMNS - 1) / FEW_COLUMNS;
        shares = Math.min(units(), (ENOUGH_TASKS + few - 1) / few);
        chunks = (a.columns() + CHUNK - 1) / CHUNK;
        int wanted = Math.max(1, TASKS_A_THREAD * team.threads() / shares);
        int least = (chunks * CHUNK + MOST_OWNED - 1) / MOST_OWNED;
        int even = shares == 1 ? roundUp(least, team.threads()) : least;
        owners = Math.min(chunks, Math.max(wanted, even));
        partial = Simd.grown(partial, (shares - 1) * size());
        boolean onePass = units() <= shares * (PIXELS / UNIT);
        int waiting = onePass ? OTHER_MR * NR : MOST_OWNED * roundUp(columns, NR);
        for (Scratch s : scratch) {
            s.c = Simd.grown(s.c, waiting);
        }
        team.run(owners * shares, shareTask);
        if (shares > 1) {
            team.run(ENOUGH_TASKS, addTask);
        }
    }

    private int units() {
        return (rows + UNIT - 1) / UNIT;
    }

    private int size() {
        return a.columns() * columns;
    }

    private void share(int task, int worker) {
        int share = task / owners;
        int owner = task % owners;
        int k = chunks * owner / owners * CHUNK;
        int owned = Math.min(a.columns(), chunks * (owner + 1) / owners * CHUNK) - k;
        float[] sums = share == 0 ? c.data : partial;
        int sumsAt = (share == 0 ? c.at : START + (share - 1) * size()) + k * columns;
        int begin = units() * share / shares * UNIT;
        int end = Math.min(rows, units() * (share + 1) / shares * UNIT);
        for (int row = begin; row < end; row += PIXELS) {
            pass(scratch[worker], row, begin, end, k, owned, sums, sumsAt);
        }
    }

    /** The pixels from {@code row} on, of a share's [begin, end). */
    private void pass(Scratch s, int row, int begin, int end, int k, int owned, float[] sums, int sumsAt) {
        int pixels = Math.min(PIXELS, end - row);
        boolean first = row == begin;
        boolean last = row + pixels == end;
        int wholeChunks = roundUp(owned, CHUNK);
        a.pack(s.a, START, CHUNK, pixels * CHUNK, row, pixels, k, wholeChunks, s.line); // as [owned / 16][pixels][16]
        for (int column = 0; column < columns; column += NR) {
            int width = Gemm.panelWidth(column, columns);
            int wide = Math.min(width, columns - column);
            packPanel(s, row, pixels, column, width);
            for (int r = 0; r < owned; r += OTHER_MR) {
                int high = Math.min(OTHER_MR, owned - r);
                int aAt = START + r / CHUNK * CHUNK * pixels + r % CHUNK;
                int tileAt = START + (first && last ? 0 : column * MOST_OWNED + r * width);
                Gemm.transposed(width, pixels, s.a, aAt, s.b, START, !first, s.c, tileAt);
                if (last) {
                    Gemm.store(s.c, tileAt, width, high, wide, sums, sumsAt + r * columns + column, columns);
                }
            }
        }
    }

    private void packPanel(Scratch s, int row, int pixels, int column, int width) {
        for (int p = 0; p < pixels; p++) {
            int from = b.at + (row + p) * columns + column;
            Gemm.pack(b.data, from, columns - column, s.b, START + p * width, width);
        }
    }

    private void addShares(int task, int worker) {
        int size = size();
        int from = (int) ((long) size * task / ENOUGH_TASKS);
        int to = (int) ((long) size * (task + 1) / ENOUGH_TASKS);
        for (int share = 0; share < shares - 1; share++) {
            for (int i = from; i < to; i++) {
                c.data[c.at + i] += partial[START + share * size + i];
            }
        }
    }
}
