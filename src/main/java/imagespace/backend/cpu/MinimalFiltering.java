package imagespace.backend.cpu;

import imagespace.backend.PooledConvolution.Kind;

/**
 * Winograd's minimal filtering F(m x m, 3x3) for {@link WinogradConvolution}, and F(3x3, m x m) for
 * {@link WinogradWeightGradient}: the transforms of tiles of m x m outputs from (m + 2) x (m + 2) points, vectorised
 * across channels. A stride is from a point to the next, in floats; points are in row-major order.
 */
interface MinimalFiltering {
    /** Outputs of a tile in one dimension, m. */
    int tile();

    /** Points in one dimension, m + 2. */
    int points();

    /**
     * The first pass of V = B^T d B, down columns of pixels: as tiles overlap, one that was transformed serves two of them.
     *
     * @param from pixels in rows {@code stride} apart
     * @param strip the points of a column, a vector each, one after the other
     * @param count vectors that lie side by side in a row of pixels
     */
    void inputColumns(float[] from, int at, int stride, float[] strip, int to, int count);

    /**
     * The second pass, along the rows of a tile: to points {@code stride} apart; the rows of points [firstRow, endRow) only.
     *
     * @param at of the tile's first column in the strip
     * @param column floats in the strip from a column of pixels to the next
     * @param toAt of the first point that is wanted
     */
    void inputRows(float[] strip, int at, int column, float[] to, int toAt, int stride, int firstRow, int endRow);

    /** U = G g G^T: 3x3 taps, {@code pixel} apart, in rows {@code row} apart, to points {@code stride} apart. */
    void filter(float[] from, int at, int row, int pixel, float[] to, int toAt, int stride);

    /**
     * Y = G d G^T of F(3x3, m x m): m x m pixels, {@code pixel} apart, in rows {@code row} apart, to points {@code stride} apart;
     * the rows of points [firstRow, endRow) only.
     */
    void gradient(float[] from, int at, int row, int pixel, float[] to, int toAt, int stride, int firstRow, int endRow);

    /**
     * activation(A^T m A + bias): points {@code stride} apart to m x m pixels, {@code pixel} apart, in rows {@code row} apart.
     *
     * @param slope of the activation, 1 for none
     */
    void output(
            float[] m,
            int at,
            int stride,
            float[] biases,
            int biasAt,
            float slope,
            float[] to,
            int toAt,
            int row,
            int pixel);

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
            float[] biases,
            int biasAt,
            float slope,
            float[] to,
            int toAt,
            int row,
            int pixel,
            long[] bits,
            int bitsAt);

    /** A^T m A of F(3x3, m x m): points {@code stride} apart to 3x3 taps, {@code pixel} apart, in rows {@code row} apart. */
    void sums(float[] m, int at, int stride, float[] to, int toAt, int row, int pixel);

    /** F(4x4, 3x3): a quarter of the multiplications; with 512 channels a relative error of about 2e-6. See {@link WinogradPoints}. */
    MinimalFiltering F4 = new MinimalFiltering() {
        @Override
        public int tile() {
            return 4;
        }

        @Override
        public int points() {
            return 6;
        }

        @Override
        public void inputColumns(float[] from, int at, int stride, float[] strip, int to, int count) {
            WinogradTiles.inputColumns4(from, at, stride, strip, to, count);
        }

        @Override
        public void inputRows(
                float[] strip, int at, int column, float[] to, int toAt, int stride, int firstRow, int endRow) {
            WinogradTiles.inputRows4(strip, at, column, to, toAt, stride, firstRow, endRow);
        }

        @Override
        public void filter(float[] from, int at, int row, int pixel, float[] to, int toAt, int stride) {
            WinogradTiles.filter4(from, at, row, pixel, to, toAt, stride);
        }

        @Override
        public void gradient(
                float[] from, int at, int row, int pixel, float[] to, int toAt, int stride, int firstRow, int endRow) {
            WinogradTiles.gradient4(from, at, row, pixel, to, toAt, stride, firstRow, endRow);
        }

        @Override
        public void output(
                float[] m,
                int at,
                int stride,
                float[] biases,
                int biasAt,
                float slope,
                float[] to,
                int toAt,
                int row,
                int pixel) {
            WinogradTiles.output4(m, at, stride, biases, biasAt, slope, to, toAt, row, pixel);
        }

        @Override
        public void pooledOutput(
                Kind kind,
                float[] m,
                int at,
                int stride,
                float[] biases,
                int biasAt,
                float slope,
                float[] to,
                int toAt,
                int row,
                int pixel,
                long[] bits,
                int bitsAt) {
            switch (kind) {
                case AVERAGE ->
                    WinogradTiles.outputMeans4(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                case MAXIMUM ->
                    WinogradTiles.outputMaxima4(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
            }
        }

        @Override
        public void sums(float[] m, int at, int stride, float[] to, int toAt, int row, int pixel) {
            WinogradTiles.sums4(m, at, stride, to, toAt, row, pixel);
        }
    };

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
    MinimalFiltering F2 = new MinimalFiltering() {
        @Override
        public int tile() {
            return 2;
        }

        @Override
        public int points() {
            return 4;
        }

        @Override
        public void inputColumns(float[] from, int at, int stride, float[] strip, int to, int count) {
            WinogradTiles.inputColumns2(from, at, stride, strip, to, count);
        }

        @Override
        public void inputRows(
                float[] strip, int at, int column, float[] to, int toAt, int stride, int firstRow, int endRow) {
            WinogradTiles.inputRows2(strip, at, column, to, toAt, stride, firstRow, endRow);
        }

        @Override
        public void filter(float[] from, int at, int row, int pixel, float[] to, int toAt, int stride) {
            WinogradTiles.filter2(from, at, row, pixel, to, toAt, stride);
        }

        @Override
        public void gradient(
                float[] from, int at, int row, int pixel, float[] to, int toAt, int stride, int firstRow, int endRow) {
            WinogradTiles.gradient2(from, at, row, pixel, to, toAt, stride, firstRow, endRow);
        }

        @Override
        public void output(
                float[] m,
                int at,
                int stride,
                float[] biases,
                int biasAt,
                float slope,
                float[] to,
                int toAt,
                int row,
                int pixel) {
            WinogradTiles.output2(m, at, stride, biases, biasAt, slope, to, toAt, row, pixel);
        }

        @Override
        public void pooledOutput(
                Kind kind,
                float[] m,
                int at,
                int stride,
                float[] biases,
                int biasAt,
                float slope,
                float[] to,
                int toAt,
                int row,
                int pixel,
                long[] bits,
                int bitsAt) {
            switch (kind) {
                case AVERAGE ->
                    WinogradTiles.outputMeans2(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
                case MAXIMUM ->
                    WinogradTiles.outputMaxima2(
                            m, at, stride, biases, biasAt, slope, to, toAt, row, pixel, bits, bitsAt);
            }
        }

        @Override
        public void sums(float[] m, int at, int stride, float[] to, int toAt, int row, int pixel) {
            WinogradTiles.sums2(m, at, stride, to, toAt, row, pixel);
        }
    };
}
