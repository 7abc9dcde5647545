package imagespace.report.claims;

import imagespace.report.Interval;
import imagespace.report.PairedComparison;
import imagespace.report.Study;
import java.util.List;

/**
 * A claim, judged from the runs of one study.
 *
 * @param claim which
 * @param verdict what the runs say
 * @param reason why it is open; empty if it is not
 * @param evidence what it was judged from; null if no study is about it
 * @param comparison of the evidence's effect, in its unit; null if no study is about it
 * @param holm p of the t test after Holm's adjustment over all tested claims; NaN if it was not tested
 */
public record Judgement(
        Claim claim, Verdict verdict, String reason, Evidence evidence, PairedComparison comparison, double holm) {
    /** From fewer pairs nothing is supported or contradicted. */
    public static final int MINIMUM_PAIRS = 3;

    private static final double ALPHA = 1 - Interval.CONFIDENCE;
    private static final int NAMED = 4;

    /** Of a claim that no study is about. */
    static Judgement withoutRuns(Claim claim) {
        return new Judgement(claim, Verdict.OPEN, "no runs", null, null, Double.NaN);
    }

    /**
     * Supported if the 95 % interval of the effect lies above 0, its adjusted p is below .05, and the claim has no
     * objection; contradicted if the interval lies below 0 and p likewise; else open.
     */
    static Judgement of(Claim claim, Study study, Evidence evidence, PairedComparison comparison, double holm) {
        String reason = reason(study, evidence, comparison, holm);
        Verdict verdict = !reason.isEmpty()
                ? Verdict.OPEN
                : comparison.difference().mean() > 0 ? Verdict.SUPPORTED : Verdict.CONTRADICTED;
        return new Judgement(claim, verdict, reason, evidence, comparison, holm);
    }

    /** Whether there are pairs enough for a test. */
    static boolean tested(PairedComparison comparison) {
        return comparison.difference().n() >= MINIMUM_PAIRS;
    }

    private static String reason(Study study, Evidence evidence, PairedComparison comparison, double holm) {
        Interval difference = comparison.difference();
        if (!tested(comparison)) {
            return few(study, evidence, difference.n());
        }
        if (!difference.above(0) && !difference.below(0)) {
            return "the interval holds 0";
        }
        if (holm >= ALPHA) {
            return "not clear any more after Holm's adjustment";
        }
        return difference.above(0) ? String.join("; ", evidence.objections()) : "";
    }

    private static String few(Study study, Evidence evidence, int pairs) {
        List<String> missing = evidence.effect().cells().stream()
                .filter(cell -> study.runs(cell).isEmpty())
                .toList();
        if (missing.isEmpty()) {
            return (pairs == 0 ? "no pair" : pairs == 1 ? "only 1 pair" : "only " + pairs + " pairs")
                    + " of runs; at least " + MINIMUM_PAIRS + " are needed";
        }
        String rest = missing.size() > NAMED ? " and " + (missing.size() - NAMED) + " more" : "";
        return "not run: " + String.join(", ", missing.stream().limit(NAMED).toList()) + rest;
    }
}
