package imagespace.strategy;

/** The four kinds of training samples of section 4.1: right or wrong in the base run, and how surely. */
public enum Subgroup {
    /** S_hc: classified correctly with the highest confidence. */
    HIGH_CONFIDENCE("hc", true, true),
    /** S_lc: classified correctly with the lowest confidence. */
    LOW_CONFIDENCE("lc", true, false),
    /** S_hi: misclassified with the highest illusiveness. */
    HIGH_ILLUSIVENESS("hi", false, true),
    /** S_li: misclassified with the lowest illusiveness. */
    LOW_ILLUSIVENESS("li", false, false);

    private final String symbol;
    private final boolean correct;
    private final boolean high;

    Subgroup(String symbol, boolean correct, boolean high) {
        this.symbol = symbol;
        this.correct = correct;
        this.high = high;
    }

    /** The paper's index, such as "hc". */
    public String symbol() {
        return symbol;
    }

    /** Whether it is taken from the samples that the base run got right. */
    public boolean correct() {
        return correct;
    }

    /** Whether it is taken from the end with the highest probabilities. */
    public boolean high() {
        return high;
    }
}
