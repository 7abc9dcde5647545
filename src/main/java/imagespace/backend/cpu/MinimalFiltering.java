package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.START;

import imagespace.backend.PooledConvolution.Kind;

/**
 * Winograd's minimal filtering F(h x w, 3x3) for {@link WinogradConvolution}, and F(3x3, h x w) for
 * {@link WinogradWeightGradient}: the transforms of tiles of h x w outputs from (h + 2) x (w + 2) points, vectorised
 * across channels. A stride is from a point to the next, in floats; points are in row-major order.
 */
enum MinimalFiltering {
    /**
     * F(6x4, 3x3): 2 products an output, where F(4x4, 3x3) takes 2.25 and a convolution as it is defined 9; relative error
     * 1.9e-6 with 64 channels, 2.8e-6 with 512. The first 36 of its 48 points are those of F(4x4, 3x3), and their filters are the
     * same. See {@link WinogradPoints}.
     */
    F6X4(6, 4, 128),
    /**
     * F(4x4, 3x3): a quarter of the multiplications; relative error 0.9e-6 with 64 channels, 2.2e-6 with 512. See
     * {@link WinogradPoints}.
     */
    F4X4(4, 4, 512),
    /**
     * F(2x2, 3x3), with the points 0, 1, -1 and infinity: four ninths of the multiplications, and not much more error than
     * without, as halving is exact.
     *
     * <pre>
     *       1  0 -1  0          1    0   0
     * B^T = 0  1  1  0     G = 1/2  1/2 1/2     A^T = 1  1  1  0
     *       0 -1  1  0         1/2 -1/2 1/2           0  1 -1 -1
     *       0  1  0 -1          0    0   1
     * </pre>
     *
     * For F(3x3, 2x2) B^T is the same, G has the rows (1 0), (1/2 1/2), (1/2 -1/2), (0 1), and A^T the rows (1 1 1 0),
     * (0 1 -1 0), (0 1 1 -1).
     */
    F2X2(2, 2, Integer.MAX_VALUE);

    private final int height;
    private final int width;
    private final int deepest;

    MinimalFiltering(int height, int width, int deepest) {
        this.height = height;
        this.width = width;
        this.deepest = deepest;
    }

    /** Outputs of a tile, from top to bottom. */
    int height() {
        return height;
    }

    /** Outputs of a tile, from left to right. */
    int width() {
        return width;
    }

    /**
     * Products that may be summed at a time, as the error of a sum grows with the root of its length: so few that it stays below
     * 3e-6 of the result. (All of 512 together F(6x4, 3x3) would lose 4.6e-6, in a simulation.)
     */
    int deepest() {
        return deepest;
    }

    int pointRows() {
        return height + 2;
    }

    int pointColumns() {
        return width + 2;
    }

    int points() {
        return pointRows() * pointColumns();
    }

    /**
     * The first pass of V = B^T d B, down columns of pixels: as tiles overlap, one that was transformed serves two of them.
     *
     * @param from pixels in rows {@code stride} apart
     * @param strip the points of a column, a vector each, one after the other
     * @param count vectors that lie side by side in a row of pixels
     */
    void inputColumns(float[] from, int at, int stride, float[] strip, int to, int count) {
        switch (this) {
            case F6X4 -> WinogradTiles.inputColumns6x4(from, at, stride, strip, to, count);
            case F4X4 -> WinogradTiles.inputColumns4x4(from, at, stride, strip, to, count);
            case F2X2 -> WinogradTiles.inputColumns2x2(from, at, stride, strip, to, count);
        }
    }

    /**
     * The second pass, along the rows of a tile: to points {@code stride} apart; the rows of points [firstRow, endRow) only.
     *
     * @param at of the tile's first column in the strip
     * @param column floats in the strip from a column of pixels to the next
     * @param toAt of the first point that is wanted
     */
    void inputRows(float[] strip, int at, int column, float[] to, int toAt, int stride, int firstRow, int endRow) {
        switch (this) {
            case F6X4, F4X4 -> WinogradTiles.inputRows4(strip, at, column, to, toAt, stride, firstRow, endRow);
            case F2X2 -> WinogradTiles.inputRows2(strip, at, column, to, toAt, stride, firstRow, endRow);
        }
    }

    /** U = G g G^T: 3x3 taps, {@code pixel} apart, in rows {@code row} apart, to points {@code stride} apart. */
    void filter(float[] from, int at, int row, int pixel, float[] to, int toAt, int stride) {
        switch (this) {
            case F6X4 -> WinogradTiles.filter6x4(from, at, row, pixel, to, toAt, stride);
            case F4X4 -> WinogradTiles.filter4x4(from, at, row, pixel, to, toAt, stride);
            case F2X2 -> WinogradTiles.filter2x2(from, at, row, pixel, to, toAt, stride);
        }
    }

    /**
     * Y = G d G^T of F(3x3, h x w): h x w pixels, {@code pixel} apart, in rows {@code row} apart, to points {@code stride} apart;
     * the rows of points [firstRow, endRow) only.
     */
    void gradient(
            float[] from, int at, int row, int pixel, float[] to, int toAt, int stride, int firstRow, int endRow) {
        switch (this) {
            case F6X4 -> WinogradTiles.gradient6x4(from, at, row, pixel, to, toAt, stride, firstRow, endRow);
            case F4X4 -> WinogradTiles.gradient4x4(from, at, row, pixel, to, toAt, stride, firstRow, endRow);
            case F2X2 -> WinogradTiles.gradient2x2(from, at, row, pixel, to, toAt, stride, firstRow, endRow);
        }
    }

    /**
     * activation(A^T m A + bias): points {@code stride} apart to h x w pixels, {@code pixel} apart, in rows {@code row} apart.
     *
     * @param halfway scratch memory from START, for h x (w + 2) vectors
     * @param slope of the activation, 1 for none
     */
    void output(
            float[] m,
            int at,
            int stride,
            float[] halfway,
            float[] biases,
            int biasAt,
            float slope,
            float[] to,
            int toAt,
            int row,
            int pixel) {
        switch (this) {
            case F6X4 -> {
                WinogradTiles.outputColumns6x4(m, at, stride, halfway, START);
                WinogradTiles.outputRows6x4(halfway, START, biases, biasAt, slope, to, toAt, row, pixel);
            }
            case F4X4 -> WinogradTiles.output4x4(m, at, stride, biases, biasAt, slope, to, toAt, row, pixel);
            case F2X2 -> WinogradTiles.output2x2(m, at, stride, biases, biasAt, slope, to, toAt, row, pixel);
        }
    }

    /**
     * The same pooled by windows of 2x2, and a bit for each output: whether it is above 0, for means, or the first maximum of its
     * window before the activation.
     *
     * @param row floats from a window to the one below, a multiple of LANES, as is {@code pixel}, to the next one
     * @param bits a long a window, as {@link PooledPixels} keeps them, {@code row / LANES} and {@code pixel / LANES} apart
     */
    void pooledOutput(
            Kind kind,
            float[] m,
            int at,
            int stride,
            float[] halfway,
            float[] biases,
            int biasAt,
            float slope,
            float[] to,
            int toAt,
            int row,
            int pixel,
            long[] bits,
            int bitsAt) {
        boolean means = kind == Kind.AVERAGE;
        switch (this) {
            case F6X4 -> {
                WinogradTiles.outputColumns6x4(m, at, stride, halfway, START);
                if (means) {
                    WinogradTiles.outputMeansRows6x4(
                            halfway, START, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                } else {
                    WinogradTiles.outputMaximaRows6x4(
                            halfway, START, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                }
            }
            case F4X4 -> {
                if (means) {
                    WinogradTiles.outputMeans4x4(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                } else {
                    WinogradTiles.outputMaxima4x4(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                }
            }
            case F2X2 -> {
                if (means) {
                    WinogradTiles.outputMeans2x2(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                } else {
                    WinogradTiles.outputMaxima2x2(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                }
            }
        }
    }

    /** A^T m A of F(3x3, h x w): points {@code stride} apart to 3x3 taps, {@code pixel} apart, in rows {@code row} apart. */
    void sums(float[] m, int at, int stride, float[] to, int toAt, int row, int pixel) {
        switch (this) {
            case F6X4 -> WinogradTiles.sums6x4(m, at, stride, to, toAt, row, pixel);
            case F4X4 -> WinogradTiles.sums4x4(m, at, stride, to, toAt, row, pixel);
            case F2X2 -> WinogradTiles.sums2x2(m, at, stride, to, toAt, row, pixel);
        }
    }
}
