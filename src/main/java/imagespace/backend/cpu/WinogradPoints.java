package imagespace.backend.cpu;

/**
 * The points of F(4, 3) and F(6, 3), and what {@link WinogradTiles} multiplies by.
 *
 * <p>Multiplying polynomials by their values at points p = 0, +-a, +-b and infinity gives four outputs of a 3-tap
 * filter from six products instead of twelve, and in two dimensions 4x4 outputs of a 3x3 filter from 36 instead of 144
 * (Winograd 1980; Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016). Two more points, +-1,
 * make six outputs from eight products. The textbook's points, 1 and 2, lose digits; a = 3/5, b = 5/3 halve the error of
 * F(4x4, 3x3) at the same cost. (By themselves four outputs would lose 2 to 5 % less with the roots of 1/2 and 2, but those lie
 * too near to the points +-1 of six.)
 *
 * <p>With M(x) = x (x^2 - a^2) (x^2 - b^2) = x^5 - s x^3 + x, or for six outputs M(x) (x^2 - 1):
 *
 * <ul>
 *   <li>B^T, of inputs: row p holds the coefficients of M(x) / (x - p), row infinity those of M(x);
 *   <li>G, of filters: row p is (1, p, p^2) / N(p), with N(p) = M'(p);
 *   <li>A^T, of outputs: column p is (1, p, p^2, ...); infinity adds to the last row only.
 * </ul>
 *
 * The weight gradient is the same with a filter of four or six taps and three outputs; B^T does not change.
 *
 * <p>Filters and sums of weight gradients are common to tiles of both heights. So G of filters has N of four outputs, and A^T of six
 * outputs the ratio to its own; G of gradients has N of its own height. Row 0 of B^T of six outputs is negated, as N(0) is -1.
 */
final class WinogradPoints {
    static final float A = 3 / 5f;
    static final float B = 5 / 3f;
    // their powers
    static final float A2 = (float) (9 / 25.0);
    static final float B2 = (float) (25 / 9.0);
    static final float A3 = (float) (27 / 125.0);
    static final float B3 = (float) (125 / 27.0);
    static final float A4 = (float) (81 / 625.0);
    static final float B4 = (float) (625 / 81.0);
    static final float A5 = (float) (243 / 3125.0);
    static final float B5 = (float) (3125 / 243.0);
    /** a^2 + b^2. */
    static final float S = (float) (9 / 25.0 + 25 / 9.0);
    /** 1 / N(a) of four outputs: 2 a^2 (a^2 - b^2). */
    static final float TO_A = (float) (1 / (18 / 25.0 * (9 / 25.0 - 25 / 9.0)));
    /** 1 / N(b) of four outputs. */
    static final float TO_B = (float) (1 / (50 / 9.0 * (25 / 9.0 - 9 / 25.0)));
    /** N(a) of four outputs / N(a) of six, a^2 - 1 times as much. */
    static final float RATIO_A = (float) (1 / (9 / 25.0 - 1));
    /** N(b) of four outputs / N(b) of six. */
    static final float RATIO_B = (float) (1 / (25 / 9.0 - 1));

    // 1 / N of six outputs
    static final float TO_A_OF_6 = TO_A * RATIO_A;
    static final float TO_B_OF_6 = TO_B * RATIO_B;
    /** 1 / N(1) of six outputs: 4 - 2 s. */
    static final float TO_1 = (float) (1 / (4 - 2 * (9 / 25.0 + 25 / 9.0)));

    private WinogradPoints() {}
}
