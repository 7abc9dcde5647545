package imagespace.backend.cpu;

/**
 * The points of F(4x4, 3x3), and what {@link WinogradTiles} multiplies by.
 *
 * <p>Multiplying polynomials by their values at points p = 0, +-a, +-b and infinity gives four outputs of a 3-tap
 * filter from six products instead of twelve, and in two dimensions 4x4 outputs of a 3x3 filter from 36 instead of 144
 * (Winograd 1980; Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016). The textbook points
 * 1 and 2 lose digits; a = sqrt(1/2), b = sqrt(2) halve the error at the same cost, as a b = 1 keeps all
 * constants near 1.
 *
 * <p>With M(x) = x (x^2 - a^2) (x^2 - b^2) = x^5 - 2.5 x^3 + x:
 *
 * <ul>
 *   <li>B^T, of inputs: row p holds the coefficients of M(x) / (x - p), row infinity those of M(x);
 *   <li>G, of filters: row p is (1, p, p^2) / N(p), with N(p) = M'(p): N(0) = 1, N(+-a) = -1.5, N(+-b) = 6;
 *   <li>A^T, of outputs: column p is (1, p, p^2, p^3); infinity adds to the last row only.
 * </ul>
 *
 * The weight gradient is the same with a filter of four taps and three outputs; B^T does not change.
 */
final class WinogradPoints {
    static final float A = (float) Math.sqrt(0.5);
    static final float B = (float) Math.sqrt(2);
    /** a^3. */
    static final float A3 = 0.5f * A;
    /** b^3. */
    static final float B3 = 2 * B;
    /** 1 / N(a). */
    static final float TO_A = (float) (-1 / 1.5);
    /** 1 / N(b). */
    static final float TO_B = (float) (1 / 6.0);

    private WinogradPoints() {}
}
