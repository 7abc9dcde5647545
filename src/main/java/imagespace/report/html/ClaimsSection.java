package imagespace.report.html;

import imagespace.report.claims.Claim;
import imagespace.report.claims.Claims;
import imagespace.report.claims.ClaimsReport;
import imagespace.report.claims.Judgement;
import imagespace.report.claims.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The verdicts on the twelve claims. */
final class ClaimsSection {
    private ClaimsSection() {}

    static String of(Claims claims) {
        StringBuilder out = new StringBuilder();
        out.append(Html.paragraph(String.format(
                Locale.ROOT,
                "%d supported, %d contradicted, %d open, at 95 %%. Runs are compared in pairs by their index; a verdict takes at"
                        + " least %d pairs, an interval on one side of 0, and p < .05 by the t test after Holm's adjustment over"
                        + " the %d tests of this page.",
                claims.count(Verdict.SUPPORTED),
                claims.count(Verdict.CONTRADICTED),
                claims.count(Verdict.OPEN),
                Judgement.MINIMUM_PAIRS,
                claims.tests())));
        out.append(Html.table("The verdicts", List.of("number", "claim", "verdict", "runs"), verdicts(claims)));
        for (Claims.Section section : claims.studies()) {
            out.append("<h3>").append(Html.escape(section.label())).append("</h3>\n<ol class=\"claims\">\n");
            section.judgements().forEach(judgement -> out.append(claim(judgement)));
            out.append("</ol>\n");
        }
        return out.toString();
    }

    /** A row a claim, or more where several studies are about it. */
    private static List<List<String>> verdicts(Claims claims) {
        return claims.studies().stream()
                .flatMap(study -> study.judgements().stream().map(judgement -> row(study, judgement)))
                .sorted(Comparator.comparingInt(row -> Integer.parseInt(row.getFirst())))
                .toList();
    }

    private static List<String> row(Claims.Section study, Judgement judgement) {
        Claim claim = judgement.claim();
        return List.of(
                Integer.toString(claim.number()),
                claim.statement(),
                judgement.verdict().toString(),
                study.label());
    }

    private static String claim(Judgement judgement) {
        String verdict = judgement.verdict().toString();
        StringBuilder out = new StringBuilder();
        out.append("<li value=\"").append(judgement.claim().number()).append("\"><p><strong>");
        out.append(Html.symbols(judgement.claim().statement()));
        out.append("</strong> <span class=\"verdict ")
                .append(verdict)
                .append("\">")
                .append(verdict)
                .append("</span></p>\n");
        List<String> lines = ClaimsReport.lines(judgement);
        if (!lines.isEmpty()) {
            out.append("<ul>\n");
            lines.forEach(line -> out.append("<li>").append(Html.symbols(line)).append("</li>\n"));
            out.append("</ul>\n");
        }
        List<List<String>> details = ClaimsReport.details(judgement);
        if (!details.isEmpty()) {
            out.append(Html.details(
                    "The contrasts",
                    Html.table(
                            "The contrasts of claim " + judgement.claim().number(),
                            List.of("contrast", "mean", "95 % interval", "pairs"),
                            details)));
        }
        return out.append("</li>\n").toString();
    }
}
