package imagespace.report.claims;

import imagespace.report.Interval;
import imagespace.report.PairedComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The judged claims as text and as Markdown. */
public record ClaimsReport(Claims claims) {
    private static final int NAME = 76;

    /** Aligned plain text, at most about 120 columns. */
    public String text() {
        StringBuilder out = new StringBuilder(summary()).append('\n');
        for (Claims.Section section : claims.studies()) {
            out.append('\n').append(section.label()).append('\n');
            if (!section.settings().isEmpty()) {
                out.append(section.settings()).append('\n');
            }
            for (Judgement judgement : section.judgements()) {
                out.append(String.format(
                        Locale.ROOT,
                        "\n%3d %-13s%s\n",
                        judgement.claim().number(),
                        judgement.verdict(),
                        judgement.claim().statement()));
                lines(judgement).forEach(line -> out.append(indent(line)));
                details(judgement).forEach(row -> out.append(indent(aligned(row))));
            }
        }
        return out.toString();
    }

    private static String indent(String line) {
        return " ".repeat(17) + line + '\n';
    }

    private static String aligned(List<String> row) {
        return String.format(
                        Locale.ROOT, "  %-" + NAME + "s %8s %20s %3s", row.get(0), row.get(1), row.get(2), row.get(3))
                .stripTrailing();
    }

    /** A Markdown page: a table of verdicts a study, then the contrasts of each claim. */
    public String markdown() {
        StringBuilder out =
                new StringBuilder("# The twelve claims\n\n").append(summary()).append('\n');
        for (Claims.Section section : claims.studies()) {
            out.append("\n## ").append(section.label()).append("\n\n");
            if (!section.settings().isEmpty()) {
                out.append(section.settings()).append("\n\n");
            }
            out.append("| | claim | verdict | what the runs say |\n");
            out.append("| ---: | --- | --- | --- |\n");
            for (Judgement judgement : section.judgements()) {
                out.append("| ")
                        .append(judgement.claim().number())
                        .append(" | ")
                        .append(judgement.claim().statement())
                        .append(" | **")
                        .append(judgement.verdict())
                        .append("** | ")
                        .append(String.join(". ", lines(judgement)))
                        .append(" |\n");
            }
            for (Judgement judgement : section.judgements()) {
                contrasts(out, judgement);
            }
        }
        return out.toString();
    }

    private static void contrasts(StringBuilder out, Judgement judgement) {
        List<List<String>> details = details(judgement);
        if (!details.isEmpty()) {
            out.append("\nClaim ")
                    .append(judgement.claim().number())
                    .append("\n\n| contrast | mean | 95 % interval | pairs |\n| --- | ---: | --- | ---: |\n");
            details.forEach(
                    row -> out.append("| ").append(String.join(" | ", row)).append(" |\n"));
        }
    }

    private String summary() {
        return String.format(
                Locale.ROOT,
                "Claims: %d supported, %d contradicted, %d open, at 95 %%.\n"
                        + "Paired by run index; supported or contradicted takes at least %d pairs, an interval on one side"
                        + " of 0\nand p < .05 by the t test after Holm's adjustment over the %d tests on this page.",
                claims.count(Verdict.SUPPORTED),
                claims.count(Verdict.CONTRADICTED),
                claims.count(Verdict.OPEN),
                Judgement.MINIMUM_PAIRS,
                claims.tests());
    }

    /** The effect, its tests, the rows, and why the claim is open. */
    public static List<String> lines(Judgement judgement) {
        List<String> lines = new ArrayList<>();
        Evidence evidence = judgement.evidence();
        if (evidence != null && judgement.comparison().difference().n() > 0) {
            lines.add(evidence.effect().name());
            lines.add(effect(judgement));
            if (!evidence.rows().isEmpty()) {
                lines.add(evidence.count());
            }
            PaperEvidence.of(judgement.claim()).ifPresent(paper -> lines.add("in the paper: " + paper(paper)));
        }
        if (!judgement.reason().isEmpty()) {
            lines.add("open: " + judgement.reason());
        }
        if (evidence != null) {
            lines.addAll(evidence.notes());
        }
        return lines;
    }

    private static String paper(Evidence paper) {
        Unit unit = paper.effect().unit();
        String rows = paper.rows().isEmpty()
                ? ""
                : ", " + paper.rowsPaperWay() + " of " + paper.rows().size() + " rows";
        return unit.number(paper.effect().interval().mean()) + " " + unit.words() + rows;
    }

    private static String effect(Judgement judgement) {
        PairedComparison comparison = judgement.comparison();
        Interval difference = comparison.difference();
        Unit unit = judgement.evidence().effect().unit();
        String effect = unit.number(difference.mean()) + " " + unit.words();
        if (difference.n() < 2) {
            return effect + ", 1 pair";
        }
        effect += ", 95 % interval " + bounds(unit, difference) + ", " + difference.n() + " pairs";
        return Double.isNaN(judgement.holm())
                ? effect
                : effect + "; p " + p(comparison.tTest()) + " by t (Holm: p " + p(judgement.holm()) + "), p "
                        + p(comparison.wilcoxon()) + " by Wilcoxon";
    }

    private static String bounds(Unit unit, Interval interval) {
        return unit.number(interval.low()) + " to " + unit.number(interval.high());
    }

    private static String p(double p) {
        return p < .0001 ? "< .0001" : String.format(Locale.ROOT, p < .01 ? "= %.4f" : "= %.3f", p);
    }

    /** The contrasts behind a judgement: name, mean, interval, number of pairs. */
    public static List<List<String>> details(Judgement judgement) {
        List<List<String>> details = new ArrayList<>();
        Evidence evidence = judgement.evidence();
        if (evidence != null) {
            evidence.rows().forEach(contrast -> add(details, contrast));
            evidence.beside().forEach(contrast -> add(details, contrast));
        }
        return details;
    }

    /** Contrasts without any run say nothing. */
    private static void add(List<List<String>> details, Contrast contrast) {
        Interval interval = contrast.interval();
        if (interval.n() > 0) {
            details.add(List.of(
                    contrast.name(),
                    contrast.unit().number(interval.mean()),
                    interval.n() < 2 ? "" : bounds(contrast.unit(), interval),
                    Integer.toString(interval.n())));
        }
    }
}
