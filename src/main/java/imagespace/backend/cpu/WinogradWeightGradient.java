package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.roundUp;

import imagespace.backend.ConvShape;
import jdk.incubator.vector.FloatVector;

/**
 * The weight gradient of a 3x3 convolution of stride 1 by Winograd's {@link MinimalFiltering}: the input correlated with the
 * output's gradient, a tile of which is a "filter", and three by three results summed over all tiles. With F(3x3, 4x4):
 *
 * <pre>
 * V = B^T d B                      [36][ci / 16][tiles][16]   6x6 patches of the input
 * Y = G dOut G^T                   [36][co / NR][tiles][NR]   4x4 tiles of the gradient
 * S[p] = sum over blocks V[p]^T Y[p]    [36][ci][co]
 * dWeights = A^T S A               [3][3][ci][co]
 * </pre>
 *
 * A task owns some rows of six points and passes over all tiles, a block at a time: it needs those rows of the
 * transforms only, shares nothing, and nothing has to be added up between tasks. Sums run over the tiles in order.
 */
final class WinogradWeightGradient {
    /** Tiles in a block. */
    private static final int BLOCK = 128;
    /** Tiles of a row that are transformed together. */
    private static final int SEGMENT = 8;
    /** Floats between points beyond what they hold: large powers of two would share cache sets. */
    private static final int SKEW = 16;
    /** Of all {@link MinimalFiltering}. */
    private static final int MOST_POINTS = WinogradTransform.POINTS;
    /** Rows of a register tile of V^T Y; divides CHUNK. */
    private static final int ROWS = LANES == 8 ? 4 : 8;

    private final MinimalFiltering filtering;
    private final int tileSide;
    /** Points in one dimension. */
    private final int points;

    private final ThreadTeam team;
    private final Scratch[] scratch;
    private final ConvShape shape;
    private final int ci;
    private final int co;
    private final int tileRows;
    private final int tileColumns;
    private final int pointV;
    private final int pointY;
    private final int pointS;
    private final float[] sums;
    /** Tasks: each takes an equal part of the rows of points. */
    private final int groups;

    private final ThreadTeam.Task pointsTask = this::sumPoints;
    private final ThreadTeam.Task outputTask = this::transformSums;

    private CpuTensor dWeights;
    private CpuTensor dOut;
    /** How dOut is pooled, or null if it is not. */
    private PooledPixels pooled;

    private CpuTensor in;
    private int tiles;

    /** A worker's own memory, shared by all convolutions of a backend. */
    static final class Scratch {
        float[] v = {};
        float[] y = {};
        final float[] strip = Simd.lines((SEGMENT * WinogradTransform.TILE + 2) * LANES);
        final float[] halfway = WinogradTransform.halfway();
        final Rows rows = new Rows();
    }

    WinogradWeightGradient(MinimalFiltering filtering, ThreadTeam team, Scratch[] scratch, ConvShape shape) {
        this.filtering = filtering;
        tileSide = filtering.tile();
        points = filtering.points();
        this.team = team;
        this.scratch = scratch;
        this.shape = shape;
        ci = shape.inChannels();
        co = shape.outChannels();
        tileRows = (shape.outHeight() + tileSide - 1) / tileSide;
        tileColumns = (shape.outWidth() + tileSide - 1) / tileSide;
        groups = team.threads() <= points / 2 ? team.threads() : points;
        pointV = BLOCK * ci + SKEW;
        pointY = BLOCK * roundUp(co, NR) + SKEW;
        pointS = ci * co + SKEW;
        sums = Simd.lines(points * points * pointS);
        for (Scratch s : scratch) {
            s.v = Simd.grown(s.v, points * pointV);
            s.y = Simd.grown(s.y, points * pointY);
        }
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
        tiles = n * tileRows * tileColumns;
        team.run(groups, pointsTask);
        team.run(ci / CHUNK, outputTask);
    }

    /** The sums of some rows of points, row after row while a block of tiles is in the cache. */
    private void sumPoints(int task, int worker) {
        Scratch s = scratch[worker];
        for (int first = 0; first < tiles; first += BLOCK) {
            int count = Math.min(BLOCK, tiles - first);
            for (int row = points * task / groups; row < points * (task + 1) / groups; row++) {
                transformInput(s, row, first, count);
                transformGradient(s, row, first, count);
                for (int j = 0; j < points; j++) {
                    multiply(s, j, count, START + (row * points + j) * pointS, first > 0);
                }
            }
        }
    }

    /** One point of a block: S (+)= V^T Y. */
    private void multiply(Scratch s, int j, int count, int sumsAt, boolean add) {
        for (int column = 0; column < co; column += NR) {
            int width = Gemm.panelWidth(column, co);
            int yAt = START + j * pointY + column * BLOCK;
            for (int r = 0; r < ci; r += ROWS) {
                int vAt = START + j * pointV + r / CHUNK * (BLOCK * CHUNK) + r % CHUNK;
                int at = sumsAt + r * co + column;
                if (add) {
                    product(width, count, s.v, vAt, s.y, yAt, sums, at, co, sums, at, co);
                } else {
                    product(width, count, s.v, vAt, s.y, yAt, Gemm.ZEROS, 0, 0, sums, at, co);
                }
            }
        }
    }

    private static void product(
            int width,
            int kc,
            float[] a,
            int aAt,
            float[] b,
            int bAt,
            float[] init,
            int initAt,
            int initStride,
            float[] c,
            int cAt,
            int ldc) {
        if (ROWS == 8) {
            if (width == NR) {
                Tiles.transposed8x2(kc, a, aAt, CHUNK, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
            } else {
                Tiles.transposed8x1(kc, a, aAt, CHUNK, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
            }
        } else if (width == NR) {
            Tiles.transposed4x2(kc, a, aAt, CHUNK, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
        } else {
            Tiles.transposed4x1(kc, a, aAt, CHUNK, b, bAt, width, init, initAt, initStride, c, cAt, ldc);
        }
    }

    /** Row {@code row} of B^T d B for a block of tiles. */
    private void transformInput(Scratch s, int row, int first, int count) {
        for (int tile = first; tile < first + count; ) {
            int x = tile % tileColumns;
            int y = tile / tileColumns % tileRows * tileSide - shape.padTop();
            int image = tile / (tileColumns * tileRows);
            int run = Math.min(Math.min(SEGMENT, tileColumns - x), first + count - tile);
            int left = x * tileSide - shape.padLeft();
            s.rows.locate(filtering.inputRow(row), in.at, image, y, shape.height(), shape.width() * ci);
            for (int c = 0; c < ci; c += LANES) {
                s.rows.combine(in.data, left, shape.width(), ci, c, s.strip, run * tileSide + 2);
                int to = START + c / CHUNK * (BLOCK * CHUNK) + c % CHUNK + (tile - first) * CHUNK;
                filtering.input(s.strip, START, tileSide * LANES, LANES, s.v, to, CHUNK, pointV, run);
            }
            tile += run;
        }
    }

    /** Row {@code row} of G dOut G^T for a block of tiles. */
    private void transformGradient(Scratch s, int row, int first, int count) {
        for (int tile = first; tile < first + count; ) {
            int x = tile % tileColumns;
            int y = tile / tileColumns % tileRows * tileSide;
            int image = tile / (tileColumns * tileRows);
            int run = Math.min(Math.min(SEGMENT, tileColumns - x), first + count - tile);
            float[] factors = filtering.gradientRow(row);
            int left = x * tileSide;
            int pixels = run * tileSide;
            s.rows.locate(factors, dOut.at, image, y, shape.outHeight(), shape.outWidth() * co);
            for (int c = 0; c < co; c += LANES) {
                if (pooled == null) {
                    s.rows.combine(dOut.data, left, shape.outWidth(), co, c, s.strip, pixels);
                } else {
                    pooled.combine(factors, dOut, image, y, left, pixels, c, s.strip);
                }
                int column = c / NR * NR;
                int width = Gemm.panelWidth(column, co);
                int to = START + column * BLOCK + (tile - first) * width + c - column;
                filtering.gradient(s.strip, START, tileSide * LANES, LANES, s.y, to, width, pointY, run);
            }
            tile += run;
        }
    }

    /** Up to six rows of pixels and the factors that a row of a transform gives them. */
    private static final class Rows {
        private final int[] at = new int[MOST_POINTS];
        private final float[] factors = new float[MOST_POINTS];

        /** Rows y, y + 1, ... of an image; those outside it get the factor 0 and the place of one inside. */
        void locate(float[] transform, int dataAt, int image, int y, int height, int rowSize) {
            for (int i = 0; i < MOST_POINTS; i++) {
                boolean inside = i < transform.length && y + i >= 0 && y + i < height;
                factors[i] = inside ? transform[i] : 0;
                at[i] = dataAt + (image * height + (inside ? y + i : Math.max(y, 0))) * rowSize;
            }
        }

        /** Their weighted sum at {@code count} pixels from column {@code left}, channels {@code c ...}, from START; zeros outside. */
        void combine(float[] data, int left, int width, int channels, int c, float[] to, int count) {
            int begin = Math.max(0, -left);
            int end = Math.min(count, width - left);
            for (int j = 0; j < begin; j++) {
                FloatVector.zero(F).intoArray(to, START + j * LANES);
            }
            int skip = left * channels + c;
            inside(
                    data,
                    at[0] + skip,
                    at[1] + skip,
                    at[2] + skip,
                    at[3] + skip,
                    at[4] + skip,
                    at[5] + skip,
                    channels,
                    to,
                    begin,
                    end);
            for (int j = Math.max(begin, end); j < count; j++) {
                FloatVector.zero(F).intoArray(to, START + j * LANES);
            }
        }

        private void inside(
                float[] data,
                int at0,
                int at1,
                int at2,
                int at3,
                int at4,
                int at5,
                int step,
                float[] to,
                int begin,
                int end) {
            FloatVector f0 = FloatVector.broadcast(F, factors[0]);
            FloatVector f1 = FloatVector.broadcast(F, factors[1]);
            FloatVector f2 = FloatVector.broadcast(F, factors[2]);
            FloatVector f3 = FloatVector.broadcast(F, factors[3]);
            FloatVector f4 = FloatVector.broadcast(F, factors[4]);
            FloatVector f5 = FloatVector.broadcast(F, factors[5]);
            for (int j = begin; j < end; j++) {
                int pixel = j * step;
                FloatVector even = FloatVector.fromArray(F, data, at0 + pixel).mul(f0);
                FloatVector odd = FloatVector.fromArray(F, data, at1 + pixel).mul(f1);
                even = FloatVector.fromArray(F, data, at2 + pixel).fma(f2, even);
                odd = FloatVector.fromArray(F, data, at3 + pixel).fma(f3, odd);
                even = FloatVector.fromArray(F, data, at4 + pixel).fma(f4, even);
                odd = FloatVector.fromArray(F, data, at5 + pixel).fma(f5, odd);
                even.add(odd).intoArray(to, START + j * LANES);
            }
        }
    }

    /** dWeights of CHUNK input channels from the sums. */
    private void transformSums(int task, int worker) {
        Scratch s = scratch[worker];
        for (int i = task * CHUNK; i < (task + 1) * CHUNK; i++) {
            for (int c = 0; c < co; c += LANES) {
                filtering.sums(
                        sums,
                        START + i * co + c,
                        pointS,
                        points * pointS,
                        s.halfway,
                        START,
                        LANES,
                        points * LANES,
                        points);
                filtering.sums(
                        s.halfway,
                        START,
                        points * LANES,
                        LANES,
                        dWeights.data,
                        dWeights.at + i * co + c,
                        3 * ci * co,
                        ci * co,
                        3);
            }
        }
    }
}
