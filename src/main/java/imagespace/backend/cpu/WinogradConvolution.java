package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.MR;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;

import jdk.incubator.vector.FloatVector;

/**
 * A 3x3 convolution of stride 1 by Winograd's {@link MinimalFiltering}: the forward pass, and the data gradient, which is
 * the same with the channels of the weights swapped and their taps reversed.
 *
 * <p>The output is cut into tiles, of 4x4 for F(4x4, 3x3). A tile's 6x6 input patch d and each filter g are transformed,
 * multiplied point by point and summed over input channels (36 matrix products, one a point), and transformed back:
 *
 * <pre>
 * U = G g G^T            [36][co / NR][ci][NR]             once a call
 * V = B^T d B            [36][tiles / MR][MR rows packed]   a block of tiles at a time
 * M[p] = V[p] * U[p]     [36][co chunk / NR][tiles][NR]     for some output channels at a time
 * out = activation(A^T M A + bias)
 * </pre>
 *
 * V and M of a block are read soon after they were written, mostly from the L2 cache. The order of every sum depends on the
 * shape only.
 */
final class WinogradConvolution {
    /** Floats of V and M that the L2 cache keeps, about: as many tiles as that allows make a block. */
    private static final int BUDGET = 216 << 10;
    /** But at least one for so many weights of a point, as every block reads all of U ... */
    private static final int WEIGHTS_A_TILE = 2048;
    /** ... and within these limits. */
    private static final int LEAST_TILES = 24;

    private static final int MOST_TILES = 64;
    /** Floats of M, at most: 576 KiB, so that it stays in the L2 cache beside the weights that stream by. */
    private static final int BUDGET_OF_M = 144 << 10;
    /** Output channels of M, at most. */
    private static final int MOST_CHANNELS = 128;
    /** Floats between the points of U, V and M beyond what they hold: large powers of two would share cache sets. */
    private static final int SKEW = 16;
    /** In place of a bias, from START. */
    private static final float[] NO_BIAS = Simd.lines(LANES);

    private final MinimalFiltering filtering;
    private final int tileSide;
    private final int points;
    /** Points in two dimensions. */
    private final int square;

    private final ThreadTeam team;
    private final WinogradMemory memory;
    private final int ci;
    private final int outHeight;
    private final int outWidth;
    private final int co;
    private final int tileRows;
    private final int tileColumns;
    /** Output channels of M: all, or whole panels. */
    private final int chunk;

    /** Panels of MR tiles in a block, at most. */
    private final int blockPanels;

    private final InputTransform input;
    private final int pointU;
    private final int pointV;
    private final int pointM;
    private final ThreadTeam.Task weightTask = this::transformWeights;
    private final ThreadTeam.Task blockTask = this::block;

    /** What the running call works on. */
    private CpuTensor out;

    private PooledPixels outPooled;
    private CpuTensor in;
    private PooledPixels inPooled;
    private float[] filters;
    private int filtersAt;
    private CpuTensor bias;
    private float slope;
    private int tiles;
    private int blocks;

    /** @param memory grown here to what this shape needs */
    WinogradConvolution(
            MinimalFiltering filtering,
            ThreadTeam team,
            WinogradMemory memory,
            int inHeight,
            int inWidth,
            int ci,
            int outHeight,
            int outWidth,
            int co,
            int padTop,
            int padLeft) {
        this.filtering = filtering;
        tileSide = filtering.tile();
        points = filtering.points();
        square = points * points;
        this.team = team;
        this.memory = memory;
        this.ci = ci;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        this.co = co;
        tileRows = (outHeight + tileSide - 1) / tileSide;
        tileColumns = (outWidth + tileSide - 1) / tileSide;
        int wanted = Math.max(BUDGET / (square * (ci + Math.min(co, MOST_CHANNELS))), ci * co / WEIGHTS_A_TILE);
        blockPanels = Math.clamp(wanted, LEAST_TILES, MOST_TILES) / MR;
        int mostOfM = BUDGET_OF_M / (square * blockPanels * MR) / NR * NR;
        chunk = Math.min(co, Math.min(mostOfM, MOST_CHANNELS));
        pointV = blockPanels * MR * ci + SKEW;
        pointM = blockPanels * MR * chunk + SKEW;
        pointU = ci * co + SKEW;
        memory.u = Simd.grown(memory.u, square * pointU);
        TileSource.Images images = new TileSource.Images(inHeight, inWidth, ci, padTop, padLeft, tileRows, tileColumns);
        input = new InputTransform(filtering, images, MR, CHUNK, pointV);
        for (WinogradMemory.Worker s : memory.workers) {
            s.v = Simd.grown(s.v, square * pointV);
            s.m = Simd.grown(s.m, square * pointM);
            input.prepare(s.tiles);
        }
    }

    /**
     * out = activation(in * filters + bias) for n images.
     *
     * @param outPooled how to pool the output, or null to leave it as it is
     * @param inPooled if {@code in} is the gradient of a pooled output: how that was pooled; else null
     * @param filters [3][3][ci][co] from {@code filtersAt}
     * @param bias [co], or null for none
     */
    void run(
            CpuTensor out,
            PooledPixels outPooled,
            CpuTensor in,
            PooledPixels inPooled,
            float[] filters,
            int filtersAt,
            CpuTensor bias,
            float slope,
            int n) {
        this.out = out;
        this.outPooled = outPooled;
        this.in = in;
        this.inPooled = inPooled;
        this.filters = filters;
        this.filtersAt = filtersAt;
        this.bias = bias;
        this.slope = slope;
        tiles = n * tileRows * tileColumns;
        int panels = (tiles + MR - 1) / MR;
        int even = 2 * team.threads();
        blocks = (panels + blockPanels - 1) / blockPanels;
        blocks = Math.min(panels, (blocks + even - 1) / even * even); // equal shares, at most blockPanels each
        team.run(ci / CHUNK, weightTask);
        team.run(blocks, blockTask);
    }

    /** U for CHUNK input channels. */
    private void transformWeights(int task, int worker) {
        for (int column = 0; column < co; column += NR) {
            int width = Gemm.panelWidth(column, co);
            int to = START + column * ci + task * CHUNK * width;
            for (int i = task * CHUNK; i < (task + 1) * CHUNK; i++) {
                for (int c = column; c < column + width; c += LANES) {
                    int from = filtersAt + i * co + c;
                    filtering.filter(filters, from, 3 * ci * co, ci * co, memory.u, to, pointU);
                    to += LANES;
                }
            }
        }
    }

    private void block(int task, int worker) {
        WinogradMemory.Worker s = memory.workers[worker];
        int panels = (tiles + MR - 1) / MR;
        int firstPanel = (int) ((long) panels * task / blocks);
        int endPanel = (int) ((long) panels * (task + 1) / blocks);
        int first = firstPanel * MR;
        int end = Math.min(tiles, endPanel * MR);
        input.run(s.tiles, in, inPooled, first, end, 0, points, s.v);
        for (int c = 0; c < co; c += chunk) {
            int wide = Math.min(chunk, co - c);
            for (int point = 0; point < square; point++) {
                for (int column = c; column < c + wide; column += NR) {
                    int width = Gemm.panelWidth(column, co);
                    int uAt = START + point * pointU + column * ci;
                    int mAt = START + point * pointM + place(0, c, column - c);
                    for (int panel = 0; panel < endPanel - firstPanel; panel++) {
                        int vAt = START + point * pointV + panel * MR * ci;
                        Gemm.product(width, ci, s.v, vAt, memory.u, uAt, false, s.m, mAt);
                        mAt += MR * width;
                    }
                }
            }
            transformOutput(s, first, end, c, wide);
        }
    }

    /** Of a tile and channel c + k in a point of M, which begins with channel c. */
    private int place(int tile, int c, int k) {
        int panel = k / NR * NR;
        return panel * blockPanels * MR + tile * Gemm.panelWidth(c + panel, co) + k - panel;
    }

    /** The outputs of the tiles [first, end), channels [c, c + wide), from M. */
    private void transformOutput(WinogradMemory.Worker s, int first, int end, int c, int wide) {
        float[] b = bias == null ? NO_BIAS : bias.data;
        for (int tile = first; tile < end; tile++) {
            int x = tile % tileColumns * tileSide;
            int y = tile / tileColumns % tileRows * tileSide;
            int image = tile / (tileColumns * tileRows);
            int high = Math.min(tileSide, outHeight - y);
            int across = Math.min(tileSide, outWidth - x);
            boolean whole = high == tileSide && across == tileSide;
            int to = out.at + ((image * outHeight + y) * outWidth + x) * co + c; // if it is not pooled
            for (int k = 0; k < wide; k += LANES) {
                int mAt = START + place(tile - first, c, k);
                int biasAt = bias == null ? START : bias.at + c + k;
                if (outPooled != null) {
                    outPooled.output(
                            filtering, s, mAt, pointM, b, biasAt, slope, out, image, y, x, high, across, c + k);
                } else if (whole) {
                    filtering.output(s.m, mAt, pointM, b, biasAt, slope, out.data, to + k, outWidth * co, co);
                } else {
                    filtering.output(s.m, mAt, pointM, b, biasAt, slope, s.tile, START, tileSide * LANES, LANES);
                    copyPixels(s.tile, high, across, to + k);
                }
            }
        }
    }

    /** The pixels of a tile that lie in the image. */
    private void copyPixels(float[] tile, int high, int across, int to) {
        for (int i = 0; i < high; i++) {
            for (int j = 0; j < across; j++) {
                FloatVector.fromArray(F, tile, START + (i * tileSide + j) * LANES)
                        .intoArray(out.data, to + (i * outWidth + j) * co);
            }
        }
    }
}
