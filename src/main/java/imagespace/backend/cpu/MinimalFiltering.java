package imagespace.backend.cpu;

/**
 * Winograd's minimal filtering F(m x m, 3x3) for {@link WinogradConvolution}, and F(3x3, m x m) for
 * {@link WinogradWeightGradient}: the one-dimensional transforms of tiles of m outputs from m + 2 points, vectorised
 * across channels; {@link TileTransform} takes tiles through them. Each works {@code count} times; values lie {@code stride}
 * apart, the next ones {@code step} further on.
 */
interface MinimalFiltering {
    /** Outputs of a tile in one dimension, m. */
    int tile();

    /** Points in one dimension, m + 2. */
    int points();

    /** B^T: points to points. */
    void input(float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count);

    /** G: three taps to points. */
    void filter(float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count);

    /** A tile of outputs from its products, with bias and activation; see {@link WinogradTiles#output4}. */
    void output(
            float[] m, int at, int stride, float[] biases, int biasAt, float slope, float[] to, int toAt, int row, int pixel);

    /** G of F(3x3, m x m): m values to points. */
    void gradient(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count);

    /** A^T of F(3x3, m x m): points to three taps. */
    void sums(float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count);

    /** F(4x4, 3x3): a quarter of the multiplications; with 512 channels a relative error of about 2e-6. */
    MinimalFiltering F4 = new MinimalFiltering() {
        @Override
        public int tile() {
            return WinogradTransform.TILE;
        }

        @Override
        public int points() {
            return WinogradTransform.POINTS;
        }

        @Override
        public void input(
                float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
            WinogradTransform.input(from, at, step, stride, to, toAt, toStep, toStride, count);
        }

        @Override
        public void filter(
                float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
            WinogradTransform.filter(3, from, at, step, stride, to, toAt, toStep, toStride, count);
        }

        @Override
        public void output(
                float[] m, int at, int stride, float[] biases, int biasAt, float slope, float[] to, int toAt, int row, int pixel) {
            WinogradTiles.output4(m, at, stride, biases, biasAt, slope, to, toAt, row, pixel);
        }

        @Override
        public void gradient(
                float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
            WinogradTransform.filter(4, from, at, step, stride, to, toAt, toStep, toStride, count);
        }

        @Override
        public void sums(
                float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
            WinogradTransform.sums(from, at, step, stride, to, toAt, toStep, toStride, count);
        }
    };

    /** F(2x2, 3x3): four ninths of the multiplications, and not much more error than without. */
    MinimalFiltering F2 = new FourPointTransform();
}
