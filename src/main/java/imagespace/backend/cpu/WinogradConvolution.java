package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.MR;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.WinogradTransform.POINTS;
import static imagespace.backend.cpu.WinogradTransform.TILE;

import jdk.incubator.vector.FloatVector;

/**
 * A 3x3 convolution of stride 1 by Winograd's F(4x4, 3x3): the forward pass, and the data gradient, which is the same
 * with the channels of the weights swapped and their taps reversed.
 *
 * <p>The output is cut into 4x4 tiles. A tile's 6x6 input patch d and each filter g are transformed, multiplied point
 * by point and summed over input channels (36 matrix products, one a point), and transformed back:
 *
 * <pre>
 * U = G g G^T            [36][co / NR][ci][NR]             once a call
 * V = B^T d B            [36][tiles / MR][ci / 16][MR][16]  a block of tiles at a time
 * M[p] = V[p] * U[p]     [36][tiles][co chunk]              for some output channels at a time
 * out = activation(A^T M A + bias)
 * </pre>
 *
 * V and M of a block stay in the cache. The order of every sum depends on the shape only.
 */
final class WinogradConvolution {
    private static final int SQUARE = POINTS * POINTS;
    /** Panels of MR tiles in a block: with 12-row panels 48 tiles. */
    private static final int BLOCK_PANELS = 48 / MR;
    /** Tiles of a row that are transformed together; bounds the scratch for one row. */
    private static final int SEGMENT = 8;
    /** Floats between the points of V and M beyond what they hold: large powers of two would share cache sets. */
    private static final int SKEW = 16;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final int inHeight;
    private final int inWidth;
    private final int ci;
    private final int outHeight;
    private final int outWidth;
    private final int co;
    private final int padTop;
    private final int padLeft;
    private final int tileRows;
    private final int tileColumns;
    /** Output channels in one go: what keeps M small. */
    private final int chunk;

    private final int pointV;
    private final int pointM;
    private final float[] u;
    private final ThreadTeam.Task weightTask = this::transformWeights;
    private final ThreadTeam.Task blockTask = this::block;

    /** What the running call works on. */
    private CpuTensor out;

    private CpuTensor in;
    private float[] filters;
    private int filtersAt;
    private CpuTensor bias;
    private float slope;
    private int tiles;
    private int blocks;

    /** A worker's own memory, shared by all convolutions of a backend. */
    static final class Scratch {
        float[] v = {};
        float[] m = {};
        final float[] strip = new float[(SEGMENT * TILE + 2) * POINTS * LANES];
        final float[] halfway = WinogradTransform.halfway();
    }

    /** @param scratch one a worker; grown here to what this shape needs */
    WinogradConvolution(
            ThreadTeam team,
            Scratch[] scratch,
            int inHeight,
            int inWidth,
            int ci,
            int outHeight,
            int outWidth,
            int co,
            int padTop,
            int padLeft) {
        this.team = team;
        this.scratch = scratch;
        this.inHeight = inHeight;
        this.inWidth = inWidth;
        this.ci = ci;
        this.outHeight = outHeight;
        this.outWidth = outWidth;
        this.co = co;
        this.padTop = padTop;
        this.padLeft = padLeft;
        tileRows = (outHeight + TILE - 1) / TILE;
        tileColumns = (outWidth + TILE - 1) / TILE;
        chunk = Math.min(co, ci >= 256 ? 128 : 64);
        pointV = BLOCK_PANELS * MR * ci + SKEW;
        pointM = BLOCK_PANELS * MR * chunk + SKEW;
        u = new float[SQUARE * ci * co];
        for (Scratch s : scratch) {
            s.v = s.v.length < SQUARE * pointV ? new float[SQUARE * pointV] : s.v;
            s.m = s.m.length < SQUARE * pointM ? new float[SQUARE * pointM] : s.m;
        }
    }

    /**
     * out = activation(in * filters + bias) for n images.
     *
     * @param filters [3][3][ci][co] from {@code filtersAt}
     * @param bias [co], or null for none
     */
    void run(CpuTensor out, CpuTensor in, float[] filters, int filtersAt, CpuTensor bias, float slope, int n) {
        this.out = out;
        this.in = in;
        this.filters = filters;
        this.filtersAt = filtersAt;
        this.bias = bias;
        this.slope = slope;
        tiles = n * tileRows * tileColumns;
        int panels = (tiles + MR - 1) / MR;
        int even = 2 * team.threads();
        blocks = (panels + BLOCK_PANELS - 1) / BLOCK_PANELS;
        blocks = Math.min(panels, (blocks + even - 1) / even * even); // equal shares, at most BLOCK_PANELS each
        team.run(ci / CHUNK, weightTask);
        team.run(blocks, blockTask);
    }

    /** U for CHUNK input channels. */
    private void transformWeights(int task, int worker) {
        float[] half = scratch[worker].halfway;
        for (int i = task * CHUNK; i < (task + 1) * CHUNK; i++) {
            for (int c = 0; c < co; c += LANES) {
                for (int x = 0; x < 3; x++) {
                    int at = filtersAt + (x * ci + i) * co + c;
                    WinogradTransform.filter(filters, at, 3 * ci * co, half, x * LANES, POINTS * LANES);
                }
                int column = c / NR * NR;
                int width = Gemm.panelWidth(column, co);
                int to = column * ci + i * width + c - column;
                for (int y = 0; y < POINTS; y++) {
                    WinogradTransform.filter(half, y * POINTS * LANES, LANES, u, to + y * POINTS * ci * co, ci * co);
                }
            }
        }
    }

    private void block(int task, int worker) {
        Scratch s = scratch[worker];
        int panels = (tiles + MR - 1) / MR;
        int firstPanel = (int) ((long) panels * task / blocks);
        int endPanel = (int) ((long) panels * (task + 1) / blocks);
        int first = firstPanel * MR;
        int end = Math.min(tiles, endPanel * MR);
        transformInput(s, first, end);
        for (int c = 0; c < co; c += chunk) {
            int wide = Math.min(chunk, co - c);
            for (int point = 0; point < SQUARE; point++) {
                for (int column = c; column < c + wide; column += NR) {
                    int width = Gemm.panelWidth(column, co);
                    int uAt = point * ci * co + column * ci;
                    for (int panel = 0; panel < endPanel - firstPanel; panel++) {
                        int mAt = point * pointM + panel * MR * chunk + column - c;
                        Gemm.product(
                                width, ci, s.v, point * pointV + panel * MR * ci, u, uAt, Gemm.ZEROS, 0, 0, s.m, mAt,
                                chunk);
                    }
                }
            }
            transformOutput(s, first, end, c, wide);
        }
    }

    /** V of the tiles [first, end): row by row of tiles, first down the columns of pixels, then along the rows. */
    private void transformInput(Scratch s, int first, int end) {
        for (int tile = first; tile < end; ) {
            int x = tile % tileColumns;
            int y = tile / tileColumns % tileRows;
            int image = tile / (tileColumns * tileRows);
            int count = Math.min(Math.min(SEGMENT, tileColumns - x), end - tile);
            for (int c = 0; c < ci; c += LANES) {
                transformColumns(s.strip, image, y * TILE - padTop, x * TILE - padLeft, count * TILE + 2, c);
                int channel = c / CHUNK * (MR * CHUNK) + c % CHUNK;
                for (int t = 0; t < count; t++) {
                    int row = tile + t - first;
                    int at = row / MR * (MR * ci) + row % MR * CHUNK + channel;
                    for (int i = 0; i < POINTS; i++) {
                        WinogradTransform.input(
                                s.strip, (t * TILE * POINTS + i) * LANES, POINTS * LANES,
                                s.v, at + i * POINTS * pointV, pointV);
                    }
                }
            }
            tile += count;
        }
    }

    /** B^T down each of {@code columns} columns of six pixels, from (y, x); zeros outside the image. */
    private void transformColumns(float[] strip, int image, int y, int x, int columns, int c) {
        float[] data = in.data;
        int row = inWidth * ci;
        int top = in.at + (image * inHeight + y) * row + c;
        boolean inside = y >= 0 && y + POINTS <= inHeight;
        for (int j = 0; j < columns; j++) {
            int to = j * POINTS * LANES;
            if (x + j < 0 || x + j >= inWidth) {
                for (int i = 0; i < POINTS; i++) {
                    FloatVector.zero(F).intoArray(strip, to + i * LANES);
                }
                continue;
            }
            int at = top + (x + j) * ci;
            if (inside) {
                WinogradTransform.input(data, at, row, strip, to, LANES);
            } else {
                transformBorderColumn(data, at, row, y, strip, to);
            }
        }
    }

    private void transformBorderColumn(float[] data, int at, int row, int y, float[] strip, int to) {
        WinogradTransform.input(
                WinogradTransform.orZero(data, inside(y) ? at : -1),
                WinogradTransform.orZero(data, inside(y + 1) ? at + row : -1),
                WinogradTransform.orZero(data, inside(y + 2) ? at + 2 * row : -1),
                WinogradTransform.orZero(data, inside(y + 3) ? at + 3 * row : -1),
                WinogradTransform.orZero(data, inside(y + 4) ? at + 4 * row : -1),
                WinogradTransform.orZero(data, inside(y + 5) ? at + 5 * row : -1),
                strip,
                to,
                LANES);
    }

    private boolean inside(int y) {
        return y >= 0 && y < inHeight;
    }

    /** The outputs of the tiles [first, end), channels [c, c + wide), from M. */
    private void transformOutput(Scratch s, int first, int end, int c, int wide) {
        float[] half = s.halfway;
        for (int tile = first; tile < end; tile++) {
            int x = tile % tileColumns * TILE;
            int y = tile / tileColumns % tileRows * TILE;
            int image = tile / (tileColumns * tileRows);
            int high = Math.min(TILE, outHeight - y);
            int across = Math.min(TILE, outWidth - x);
            for (int k = 0; k < wide; k += LANES) {
                int from = (tile - first) * chunk + k;
                for (int j = 0; j < POINTS; j++) {
                    WinogradTransform.output(
                            s.m, from + j * pointM, POINTS * pointM, half, j * LANES, POINTS * LANES);
                }
                FloatVector b = bias == null ? FloatVector.zero(F) : FloatVector.fromArray(F, bias.data, bias.at + c + k);
                int to = out.at + ((image * outHeight + y) * outWidth + x) * co + c + k;
                for (int i = 0; i < high; i++) {
                    WinogradTransform.outputRow(
                            half, i * POINTS * LANES, b, slope, out.data, to + i * outWidth * co, co, across);
                }
            }
        }
    }
}
