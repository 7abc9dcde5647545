package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.MR;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;

import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * A 3x3 convolution of stride 1 by Winograd's {@link MinimalFiltering}: the forward pass, and the data gradient, which is
 * the same with the channels of the weights swapped and their taps reversed.
 *
 * <p>The output is cut into tiles, of 6x4, 4x4 or 2x2 pixels: see {@link TileBand}. A tile's input patch d, two pixels higher
 * and wider, and each filter g are transformed, multiplied point by point and summed over input channels (48, 36 or 16 matrix
 * products, one a point), and transformed back:
 *
 * <pre>
 * U = G g G^T            [co / NR][points][ci][NR]             once a call
 * V = B^T d B            [points][tiles / MR][MR rows packed]   a block of tiles at a time
 * M[p] = V[p] * U[p]     [points][co chunk / NR][tiles][NR]     for some output channels at a time
 * out = activation(A^T M A + bias)
 * </pre>
 *
 * V and M of a block are read soon after they were written, mostly from the L2 cache. Where tiles are few, U is larger than all else,
 * 19 MB from 256 to 512 channels: then a task has all tiles and some output channels, and makes U of NR of them at a time, which its
 * caches keep. The order of every sum depends on the shape only, and is the same either way.
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
    /** In place of a bias, from START. */
    private static final float[] NO_BIAS = Simd.lines(LANES);

    private final ThreadTeam team;
    private final WinogradMemory memory;
    private final int ci;
    private final int outHeight;
    private final int outWidth;
    private final int co;
    private final int tileColumns;
    private final Band[] bands;
    private final FilterTransform weights;
    private final ThreadTeam.Task weightsTask = this::transformWeights;
    private final ThreadTeam.Task blockTask = this::block;
    private final ThreadTeam.Task channelsTask = this::channels;

    /** What the running call works on. */
    private CpuTensor out;

    private PooledPixels outPooled;
    private CpuTensor in;
    private PooledPixels inPooled;
    private float[] filters;
    private int filtersAt;
    private CpuTensor bias;
    private float slope;
    /** Into how many the output channels are cut, where tiles are few. */
    private int tasks;

    /** A {@link TileBand}, and how its tiles are cut into blocks. */
    private final class Band {
        final MinimalFiltering filtering;
        final int top;
        final int tileRows;
        /** Output channels of M: all, or whole panels. */
        final int chunk;
        /** Panels of MR tiles in a block, at most. */
        final int blockPanels;

        /** Input channels that are summed at a time, at most. */
        final int deepest;

        final int pointV;
        final int pointM;
        final InputTransform input;
        /** Where V of the running call begins in a worker's memory. */
        int vAt;

        int tiles;
        int blocks;

        Band(TileBand band, int inHeight, int inWidth, int padTop, int padLeft) {
            filtering = band.filtering();
            top = band.top();
            tileRows = band.tileRows();
            deepest = filtering.deepest();
            int points = filtering.points();
            int wanted = Math.max(BUDGET / (points * (ci + Math.min(co, MOST_CHANNELS))), ci * co / WEIGHTS_A_TILE);
            blockPanels = Math.clamp(wanted, LEAST_TILES, MOST_TILES) / MR;
            int mostOfM = BUDGET_OF_M / (points * blockPanels * MR) / NR * NR;
            chunk = Math.min(co, Math.min(mostOfM, MOST_CHANNELS));
            pointV = blockPanels * MR * ci + WinogradMemory.SKEW;
            pointM = blockPanels * MR * chunk + WinogradMemory.SKEW;
            TileSource.Images images = band.images(inHeight, inWidth, ci, padTop, padLeft, tileColumns);
            input = new InputTransform(filtering, images, MR, CHUNK, pointV);
            for (WinogradMemory.Worker s : memory.workers) {
                s.v = Simd.grown(s.v, points * pointV);
                s.m = Simd.grown(s.m, points * pointM);
                input.prepare(s.tiles);
            }
        }

        void prepare(int n) {
            tiles = n * tileRows * tileColumns;
            int even = 2 * team.threads();
            blocks = (tilePanels() + blockPanels - 1) / blockPanels;
            blocks =
                    Math.min(tilePanels(), (blocks + even - 1) / even * even); // equal shares, at most blockPanels each
        }

        int tilePanels() {
            return (tiles + MR - 1) / MR;
        }

        /** Whether all tiles fit a block, and the weights are larger than what every task would do again. */
        boolean hasFewTiles() {
            return tilePanels() <= blockPanels && tiles <= co / 2;
        }
    }

    /**
     * @param memory grown here to what this shape needs
     * @param isSwapped whether the filters have their channels swapped and their taps reversed
     */
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
            int padLeft,
            boolean isSwapped) {
        this.team = team;
        this.memory = memory;
        this.ci = ci;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        this.co = co;
        tileColumns = TileBand.tileColumns(filtering, outWidth);
        List<TileBand> cut = TileBand.cut(filtering, outHeight);
        bands = cut.stream()
                .map(band -> new Band(band, inHeight, inWidth, padTop, padLeft))
                .toArray(Band[]::new);
        // the first band has all points that there are
        weights = new FilterTransform(cut.getFirst().filtering(), ci, co, isSwapped);
        weights.prepare(memory);
    }

    /**
     * out = activation(in * filters + bias) for n images.
     *
     * @param outPooled how to pool the output, or null to leave it as it is
     * @param inPooled if {@code in} is the gradient of a pooled output: how that was pooled; else null
     * @param filters [3][3][ci][co] from {@code filtersAt}, or as {@link FilterTransform} swaps them
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
        int blocks = 0;
        int v = 0;
        boolean isFew = true;
        for (Band band : bands) {
            band.prepare(n);
            band.vAt = START + v;
            blocks += band.blocks;
            v += band.filtering.points() * band.pointV;
            isFew &= band.hasFewTiles();
        }
        tasks = Math.min(Gemm.panels(co), team.threads());
        boolean isEven = tasks >= Math.min(blocks, team.threads()) && (tasks > 1 || team.threads() == 1);
        if (isFew && isEven) {
            for (WinogradMemory.Worker s : memory.workers) {
                s.v = Simd.grown(s.v, v);
                s.u = Simd.grown(s.u, weights.panelStride);
            }
            team.run(tasks, channelsTask);
        } else {
            for (Band band : bands) {
                band.vAt = START;
            }
            team.run(ci / CHUNK, weightsTask);
            team.run(blocks, blockTask);
        }
    }

    /** U for CHUNK input channels. */
    private void transformWeights(int task, int worker) {
        weights.run(memory.workers[worker], filters, filtersAt, task * CHUNK, 0, Gemm.panels(co), memory.u);
    }

    private void block(int task, int worker) {
        int above = blocksAbove(task);
        if (blocksAbove(task + 1) > above) {
            transform(bands[0], above, memory.workers[worker]);
        } else {
            transform(bands[1], task - above, memory.workers[worker]);
        }
    }

    /**
     * How many of the first tasks are blocks of the band above. Both bands' blocks take turns, evenly, so that tasks lie in the order
     * of the images, and a worker gets both bands of the same ones.
     */
    private int blocksAbove(int tasks) {
        return bands.length == 1 ? tasks : (int) ((long) tasks * bands[0].blocks / (bands[0].blocks + bands[1].blocks));
    }

    private void transform(Band band, int block, WinogradMemory.Worker s) {
        int firstPanel = (int) ((long) band.tilePanels() * block / band.blocks);
        int endPanel = (int) ((long) band.tilePanels() * (block + 1) / band.blocks);
        int first = firstPanel * MR;
        int end = Math.min(band.tiles, endPanel * MR);
        MinimalFiltering filtering = band.filtering;
        band.input.run(s.tiles, in, inPooled, first, end, 0, filtering.pointRows(), s.v, START);
        for (int c = 0; c < co; c += band.chunk) {
            int wide = Math.min(band.chunk, co - c);
            for (int point = 0; point < filtering.points(); point++) {
                for (int column = c; column < c + wide; column += NR) {
                    int uAt = START + column / NR * weights.panelStride;
                    multiply(band, s, point, endPanel - firstPanel, c, column, memory.u, uAt);
                }
            }
            transformOutput(band, s, first, end, c, wide);
        }
    }

    /** All tiles, where they are few, and some panels of output channels, whose weights this task transforms itself. */
    private void channels(int task, int worker) {
        WinogradMemory.Worker s = memory.workers[worker];
        for (Band band : bands) {
            band.input.run(s.tiles, in, inPooled, 0, band.tiles, 0, band.filtering.pointRows(), s.v, band.vAt);
        }
        int end = Gemm.panels(co) * (task + 1) / tasks;
        for (int panel = Gemm.panels(co) * task / tasks; panel < end; panel++) {
            for (int channel = 0; channel < ci; channel += CHUNK) {
                weights.run(s, filters, filtersAt, channel, panel, panel + 1, s.u);
            }
            int c = panel * NR;
            for (Band band : bands) {
                for (int point = 0; point < band.filtering.points(); point++) {
                    multiply(band, s, point, band.tilePanels(), c, c, s.u, START);
                }
                transformOutput(band, s, 0, band.tiles, c, Math.min(NR, co - c));
            }
        }
    }

    /** One point of a block and a panel of U, from {@code panelAt}: M of the channels from {@code column} on = V U. */
    private void multiply(
            Band band, WinogradMemory.Worker s, int point, int tilePanels, int c, int column, float[] u, int panelAt) {
        int width = Gemm.panelWidth(column, co);
        for (int k = 0; k < ci; k += band.deepest) {
            int deep = Math.min(band.deepest, ci - k);
            int uAt = panelAt + point * weights.pointStride + k * width;
            int vAt = band.vAt + point * band.pointV + k * MR;
            int mAt = START + point * band.pointM + place(band, 0, c, column - c);
            for (int panel = 0; panel < tilePanels; panel++) {
                Gemm.product(width, deep, s.v, vAt, u, uAt, k > 0, s.m, mAt);
                vAt += MR * ci;
                mAt += MR * width;
            }
        }
    }

    /** Of a tile and channel c + k in a point of M, which begins with channel c. */
    private int place(Band band, int tile, int c, int k) {
        int panel = k / NR * NR;
        return panel * band.blockPanels * MR + tile * Gemm.panelWidth(c + panel, co) + k - panel;
    }

    /** The outputs of the tiles [first, end), channels [c, c + wide), from M. */
    private void transformOutput(Band band, WinogradMemory.Worker s, int first, int end, int c, int wide) {
        MinimalFiltering filtering = band.filtering;
        float[] b = bias == null ? NO_BIAS : bias.data;
        for (int tile = first; tile < end; tile++) {
            int x = tile % tileColumns * filtering.width();
            int y = tile / tileColumns % band.tileRows * filtering.height() + band.top;
            int image = tile / (tileColumns * band.tileRows);
            int high = Math.min(filtering.height(), outHeight - y);
            int across = Math.min(filtering.width(), outWidth - x);
            boolean whole = high == filtering.height() && across == filtering.width();
            int to = out.at + ((image * outHeight + y) * outWidth + x) * co + c; // if it is not pooled
            for (int k = 0; k < wide; k += LANES) {
                int mAt = START + place(band, tile - first, c, k);
                int biasAt = bias == null ? START : bias.at + c + k;
                int pointM = band.pointM;
                if (outPooled != null) {
                    outPooled.output(
                            filtering, s, mAt, pointM, b, biasAt, slope, out, image, y, x, high, across, c + k);
                } else if (whole) {
                    filtering.output(
                            s.m, mAt, pointM, s.halfway, b, biasAt, slope, out.data, to + k, outWidth * co, co);
                } else {
                    int row = filtering.width() * LANES;
                    filtering.output(s.m, mAt, pointM, s.halfway, b, biasAt, slope, s.tile, START, row, LANES);
                    copyPixels(s.tile, row, high, across, to + k);
                }
            }
        }
    }

    /** The pixels of a tile that lie in the image. */
    private void copyPixels(float[] tile, int row, int high, int across, int to) {
        for (int i = 0; i < high; i++) {
            for (int j = 0; j < across; j++) {
                FloatVector.fromArray(F, tile, START + i * row + j * LANES)
                        .intoArray(out.data, to + (i * outWidth + j) * co);
            }
        }
    }
}
