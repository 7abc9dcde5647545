package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Gemm.OTHER_MR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;

import imagespace.backend.ConvShape;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * The weight gradient of a 3x3 convolution of stride 1 by Winograd's {@link MinimalFiltering}: the input correlated with the
 * output's gradient, a tile of which is a "filter", and three by three results summed over all tiles: with F(3x3, 6x4) and
 * F(3x3, 4x4), whose sums go together, as {@link TileBand} cuts the output.
 *
 * <pre>
 * V = B^T d B                      [points][ci / 16][tiles][16]   patches of the input, a block of tiles at a time
 * Y = G dOut G^T                   [points][co / NR][tiles][NR]   tiles of the gradient, likewise
 * S[p] = sum over blocks V[p]^T Y[p]    [shares][points][co / NR][ci][NR]
 * dWeights = A^T S A               [3][3][ci][co]             S added over the shares
 * </pre>
 *
 * A task owns a share of the tiles, and where there are more threads than shares some rows of points of it; the first
 * of the transforms' two dimensions is then done again for each part. Sums run over the tiles in order, and the order of
 * every sum depends on the shape only. {@link FewTilesGradient} does the same where tiles are few.
 */
final class WinogradWeightGradient {
    /** The tiles are cut into so many shares, whose sums are added in the end; however many threads there are. */
    static final int SHARES = 2;
    /** Floats of V and Y that the L2 cache keeps, about: as many tiles as that allows make a block. */
    private static final int BUDGET = 192 << 10;
    /** But at least one for so many sums of a point, as every block reads and writes all of them ... */
    private static final int SUMS_A_TILE = 512;
    /**
     * ... and within these limits: short sums spend their time on the sums' own loads and stores, and 256 tiles of 4x4 at 256 and 512
     * channels take 27 MiB a worker.
     */
    private static final int LEAST_TILES = 64;

    static final int MOST_TILES = 256;

    /** Has all points of the sums. */
    private final MinimalFiltering largest;

    private final ThreadTeam team;
    private final WinogradMemory memory;
    private final int ci;
    private final int co;
    private final Band[] bands;
    private final SumsTransform sumsTransform;
    private final int pointS;
    /** Into how many parts the rows of points are cut. */
    private final int parts;

    private final ThreadTeam.Task pointsTask = this::sumPoints;
    private final ThreadTeam.Task outputTask = this::transformSums;

    private CpuTensor dWeights;
    private CpuTensor dOut;
    /** How dOut is pooled, or null if it is not. */
    private PooledPixels pooled;

    private CpuTensor in;
    private int n;
    private int shares;

    /** A {@link TileBand}, and how its tiles are cut into blocks. */
    private final class Band {
        final MinimalFiltering filtering;
        /** Tiles of an image. */
        final int imageTiles;
        /** Tiles in a block. */
        final int block;

        final int pointV;
        final int pointY;
        final InputTransform input;
        final GradientTransform gradient;

        Band(TileBand band, ConvShape s) {
            filtering = band.filtering();
            imageTiles = band.tileRows() * TileBand.tileColumns(filtering, s.outWidth());
            int wanted = Math.max(BUDGET / (filtering.points() * (ci + co)), ci * co / SUMS_A_TILE);
            int most = Math.min(MOST_TILES, filtering.deepest());
            block = Math.clamp(wanted, LEAST_TILES, most) / CHUNK * CHUNK;
            pointV = block * ci + WinogradMemory.SKEW;
            pointY = block * co + WinogradMemory.SKEW;
            input = new InputTransform(filtering, band.inputs(s), block, CHUNK, pointV);
            gradient = new GradientTransform(filtering, band.outputs(s), block, pointY);
            int rows = Math.min(filtering.pointRows(), (largest.pointRows() + parts - 1) / parts);
            int points = rows * filtering.pointColumns();
            for (WinogradMemory.Worker worker : memory.workers) {
                worker.v = Simd.grown(worker.v, points * pointV);
                worker.y = Simd.grown(worker.y, points * pointY);
                input.prepare(worker.tiles);
                gradient.prepare(worker.tiles.source);
            }
        }
    }

    /** @param memory grown here to what this shape needs */
    WinogradWeightGradient(MinimalFiltering filtering, ThreadTeam team, WinogradMemory memory, ConvShape shape) {
        this.team = team;
        this.memory = memory;
        ci = shape.inChannels();
        co = shape.outChannels();
        List<TileBand> cut = TileBand.cut(filtering, shape.outHeight());
        largest = cut.getFirst().filtering();
        parts = parts(cut);
        bands = cut.stream().map(band -> new Band(band, shape)).toArray(Band[]::new);
        pointS = ci * co + WinogradMemory.SKEW;
        memory.sums = Simd.grown(memory.sums, SHARES * largest.points() * pointS);
        sumsTransform = new SumsTransform(largest, ci, co);
        sumsTransform.prepare(memory);
    }

    /** As few as let the threads be done soonest. */
    private int parts(List<TileBand> cut) {
        int best = 1;
        for (int parts = 2; parts <= largest.pointRows(); parts++) {
            if (time(cut, parts) < time(cut, best)) {
                best = parts;
            }
        }
        return best;
    }

    /** Of the busiest thread, in products of a tile with a row of points. */
    private int time(List<TileBand> cut, int parts) {
        int most = 0;
        for (int part = 0; part < parts; part++) {
            int products = 0;
            for (TileBand band : cut) {
                int rows = Math.min(firstRow(part + 1, parts), band.filtering().pointRows()) - firstRow(part, parts);
                products += band.tileRows() * Math.max(rows, 0);
            }
            most = Math.max(most, products);
        }
        int tasks = SHARES * parts;
        return (tasks + team.threads() - 1) / team.threads() * most;
    }

    /** The first row of points of a part. */
    private int firstRow(int part, int parts) {
        return largest.pointRows() * part / parts;
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
        shares = SHARES;
        for (Band band : bands) { // the first one's tiles set all sums of a share, so that it needs some
            shares = Math.min(shares, n * band.imageTiles);
        }
        team.run(shares * parts, pointsTask);
        team.run(ci / CHUNK, outputTask);
    }

    /** The sums of a part of the rows of points over a share of the tiles. */
    private void sumPoints(int task, int worker) {
        int share = task / parts;
        int firstRow = firstRow(task % parts, parts);
        for (int i = 0; i < bands.length; i++) { // the first one sets the sums, the other one adds to them
            int endRow = Math.min(firstRow(task % parts + 1, parts), bands[i].filtering.pointRows());
            if (firstRow < endRow) {
                sumPoints(bands[i], share, firstRow, endRow, i > 0, memory.workers[worker]);
            }
        }
    }

    /** @param add whether to sums that are there */
    private void sumPoints(Band band, int share, int firstRow, int endRow, boolean add, WinogradMemory.Worker s) {
        int columns = band.filtering.pointColumns();
        int tiles = n * band.imageTiles;
        int begin = (int) ((long) tiles * share / shares);
        int end = (int) ((long) tiles * (share + 1) / shares);
        int sumsAt = START + (share * largest.pointRows() + firstRow) * columns * pointS;
        for (int first = begin; first < end; first += band.block) {
            int count = Math.min(band.block, end - first);
            band.input.run(s.tiles, in, null, first, first + count, firstRow, endRow, s.v, START);
            band.gradient.run(s.tiles.source, dOut, pooled, first, first + count, firstRow, endRow, 0, co, s.y, START);
            for (int point = 0; point < (endRow - firstRow) * columns; point++) {
                multiply(band, s, point, count, sumsAt + point * pointS, add || first > begin);
            }
        }
    }

    /** One point of a block: S (+)= V^T Y. */
    private void multiply(Band band, WinogradMemory.Worker s, int point, int count, int sumsAt, boolean add) {
        float[] sums = memory.sums;
        for (int column = 0; column < co; column += NR) {
            int width = Gemm.panelWidth(column, co);
            int yAt = START + point * band.pointY + column * band.block;
            for (int r = 0; r < ci; r += OTHER_MR) {
                int vAt = START + point * band.pointV + r / CHUNK * (band.block * CHUNK) + r % CHUNK;
                int at = sumsAt + column * ci + r * width;
                Gemm.transposed(width, count, s.v, vAt, s.y, yAt, add, sums, at);
            }
        }
    }

    /** dWeights of CHUNK input channels from the sums of all shares. */
    private void transformSums(int task, int worker) {
        float[] total = memory.workers[worker].total;
        for (int column = 0; column < co; column += NR) {
            int width = Gemm.panelWidth(column, co);
            addShares(START + column * ci + task * CHUNK * width, CHUNK * width, total);
            sumsTransform.run(total, task * CHUNK, column, dWeights);
        }
    }

    /**
     * Of {@code count} sums from {@code at} in each point the total of all shares. It stays in the cache: written to its place
     * among the sums it would go to memory, which costs as much as reading a share.
     */
    private void addShares(int at, int count, float[] total) {
        float[] sums = memory.sums;
        int shareStride = largest.points() * pointS;
        for (int point = 0; point < largest.points(); point++) {
            int first = at + point * pointS;
            int to = START + point * SumsTransform.POINT_STRIDE;
            for (int i = 0; i < count; i += LANES) {
                FloatVector sum = FloatVector.fromArray(F, sums, first + i);
                for (int share = 1; share < shares; share++) {
                    sum = sum.add(FloatVector.fromArray(F, sums, first + i + share * shareStride));
                }
                sum.intoArray(total, to + i);
            }
        }
    }
}
