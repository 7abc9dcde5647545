package imagespace.backend.cpu;

/** Transposing weights, or gradients of outputs, for data gradients. */
final class Transposition {
    /** Rows taken together: with as many columns they fill cache lines that are read and written whole. */
    private static final int ROWS = 16;

    private Transposition() {}

    /** to [columns][rows] = from [rows][columns]; a row of {@code from} is {@code stride} long, one of {@code to} {@code toStride}. */
    static void run(float[] from, int at, int stride, int rows, int columns, float[] to, int toAt, int toStride) {
        for (int first = 0; first < rows; first += ROWS) {
            int high = Math.min(ROWS, rows - first);
            for (int column = 0; column < columns; column++) {
                int source = at + first * stride + column;
                int target = toAt + column * toStride + first;
                for (int r = 0; r < high; r++) {
                    to[target + r] = from[source + r * stride];
                }
            }
        }
    }
}
