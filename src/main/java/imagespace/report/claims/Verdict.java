package imagespace.report.claims;

import java.util.Locale;

/** What the runs say of a claim. */
public enum Verdict {
    SUPPORTED,
    CONTRADICTED,
    /** Too few runs, or no effect that is clear at 95 %. */
    OPEN;

    /** In lower case, as it is printed. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
