package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Gemm.OTHER_MR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.START;

import imagespace.backend.ConvShape;
import java.util.List;

/**
 * What {@link WinogradWeightGradient} does, for the few tiles that a small batch has in a layer of many channels.
 *
 * <p>There the sums are larger than all else: from 256 to 512 channels 19 MB a share, written and read. Here they stay in the
 * cache: a task has all tiles and some output channels, and goes from the sums of CHUNK input channels and a panel of output
 * channels to their weights before the next ones.
 *
 * <pre>
 * V = B^T d B         [points][ci / 16][tiles][16]     all tiles
 * Y = G dOut G^T      [points][panels][tiles][NR]      the task's output channels
 * S[p] = V[p]^T Y[p]  [points][16][NR]                 of all bands
 * dWeights = A^T S A
 * </pre>
 *
 * Each task transforms all inputs, so this pays while they are small beside the weights. Sums run over the tiles in order,
 * whatever the number of threads.
 */
final class FewTilesGradient {
    /** Tiles of a band, at most: V of 128 tiles, 36 points and 256 channels has 4.5 MiB a worker. */
    private static final int MOST_TILES = 128;
    /** Fewer output channels would make too few tasks, and their sums are not large. */
    private static final int LEAST_CHANNELS = 64;

    private final ThreadTeam team;
    private final WinogradMemory memory;
    private final int ci;
    private final int co;
    private final SumsTransform sumsTransform;
    private final Band[] bands;
    /** Tiles of a band that there is room for. */
    private final int room;

    private final int floatsOfV;
    private final int floatsOfY;
    private final int tasks;
    private final ThreadTeam.Task channelsTask = this::channels;

    private CpuTensor dWeights;
    private CpuTensor dOut;
    /** How dOut is pooled, or null if it is not. */
    private PooledPixels pooled;

    private CpuTensor in;
    private int n;

    /**
     * A {@link TileBand} and where in a worker's memory it has its V and Y.
     *
     * @param imageTiles of an image
     */
    private record Band(
            MinimalFiltering filtering,
            int imageTiles,
            InputTransform input,
            GradientTransform gradient,
            int vAt,
            int pointV,
            int yAt,
            int pointY) {}

    /** @param memory grown to what this shape needs, most of it at the first run */
    FewTilesGradient(MinimalFiltering filtering, ThreadTeam team, WinogradMemory memory, ConvShape s) {
        this.team = team;
        this.memory = memory;
        ci = s.inChannels();
        co = s.outChannels();
        tasks = Math.min(Gemm.panels(co), team.threads());
        List<TileBand> cut = TileBand.cut(filtering, s.outHeight());
        // V, which each task makes anew, has tiles where the sums that are spared have output channels
        room = Math.min(co / 2, Math.min(MOST_TILES, cut.getFirst().filtering().deepest()));
        sumsTransform = new SumsTransform(cut.getFirst().filtering(), ci, co);
        sumsTransform.prepare(memory);
        int pointV = room * ci + WinogradMemory.SKEW;
        int pointY = room * ((Gemm.panels(co) + tasks - 1) / tasks) * NR + WinogradMemory.SKEW;
        bands = new Band[cut.size()];
        int points = 0;
        for (int i = 0; i < bands.length; i++) {
            TileBand band = cut.get(i);
            bands[i] = new Band(
                    band.filtering(),
                    band.tileRows() * TileBand.tileColumns(filtering, s.outWidth()),
                    new InputTransform(band.filtering(), band.inputs(s), room, CHUNK, pointV),
                    new GradientTransform(band.filtering(), band.outputs(s), room, pointY),
                    START + points * pointV,
                    pointV,
                    START + points * pointY,
                    pointY);
            points += band.filtering().points();
        }
        floatsOfV = points * pointV;
        floatsOfY = points * pointY;
        for (WinogradMemory.Worker worker : memory.workers) {
            for (Band band : bands) {
                band.input.prepare(worker.tiles);
                band.gradient.prepare(worker.tiles.source);
            }
        }
    }

    /** Whether this is the better way for so many images. The choice, as the bits, does not depend on the threads. */
    boolean fits(int n) {
        if (co < LEAST_CHANNELS) {
            return false;
        }
        for (Band band : bands) {
            if (n * band.imageTiles > room) {
                return false;
            }
        }
        return true;
    }

    /**
     * Sets dWeights [3][3][ci][co].
     *
     * @param pooled how dOut is pooled, or null if it is not
     */
    void run(CpuTensor dWeights, CpuTensor dOut, PooledPixels pooled, CpuTensor in, int n) {
        this.dWeights = dWeights;
        this.dOut = dOut;
        this.pooled = pooled;
        this.in = in;
        this.n = n;
        for (WinogradMemory.Worker s : memory.workers) {
            s.v = Simd.grown(s.v, floatsOfV);
            s.y = Simd.grown(s.y, floatsOfY);
        }
        team.run(tasks, channelsTask);
    }

    /** Some panels of output channels. */
    private void channels(int task, int worker) {
        WinogradMemory.Worker s = memory.workers[worker];
        int first = Gemm.panels(co) * task / tasks * NR;
        int end = Math.min(co, Gemm.panels(co) * (task + 1) / tasks * NR);
        for (Band band : bands) {
            int tiles = n * band.imageTiles;
            int rows = band.filtering.pointRows();
            band.input.run(s.tiles, in, null, 0, tiles, 0, rows, s.v, band.vAt);
            band.gradient.run(s.tiles.source, dOut, pooled, 0, tiles, 0, rows, first, end, s.y, band.yAt);
        }
        for (int column = first; column < end; column += NR) {
            for (int channel = 0; channel < ci; channel += CHUNK) {
                for (Band band : bands) { // the first one sets the sums, the other one adds to them
                    multiply(band, s, channel, column - first, Gemm.panelWidth(column, co), band != bands[0]);
                }
                sumsTransform.run(s.total, channel, column, dWeights);
            }
        }
    }

    /** S (+)= V^T Y of CHUNK input channels and the task's panel that begins with its {@code column}. */
    private void multiply(Band band, WinogradMemory.Worker s, int channel, int column, int width, boolean add) {
        int tiles = n * band.imageTiles;
        for (int point = 0; point < band.filtering.points(); point++) {
            int vAt = band.vAt + point * band.pointV + channel * room;
            int yAt = band.yAt + point * band.pointY + column * room;
            int at = START + point * SumsTransform.POINT_STRIDE;
            for (int r = 0; r < CHUNK; r += OTHER_MR) {
                Gemm.transposed(width, tiles, s.v, vAt + r, s.y, yAt, add, s.total, at + r * width);
            }
        }
    }
}
