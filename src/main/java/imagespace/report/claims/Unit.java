package imagespace.report.claims;

import java.util.Locale;

/** What an effect is measured in. */
public enum Unit {
    /** Percentage points of a share such as an accuracy. */
    POINTS(100, 2, "points"),
    /** Test images. */
    IMAGES(1, 2, "test images"),
    /** Mean cross-entropy. */
    LOSS(1, 4, "of loss"),
    /** A part of the interval that a function is learned on. */
    LENGTH(1, 4, "of [0, 1)"),
    /** Mean squared error. */
    ERROR(1, 4, "of squared error");

    private final double scale;
    private final int decimals;
    private final String words;

    Unit(double scale, int decimals, String words) {
        this.scale = scale;
        this.decimals = decimals;
        this.words = words;
    }

    /** A figure of the ledger in this unit. */
    double scale(double figure) {
        return scale * figure;
    }

    /** With a sign, without the unit. */
    String number(double value) {
        return String.format(Locale.ROOT, "%+." + decimals + "f", value);
    }

    /** The unit in words, such as "points". */
    public String words() {
        return words;
    }
}
