package imagespace.report.html;

import imagespace.data.DataException;
import imagespace.experiment.Figure1;
import imagespace.experiment.Figure2;
import imagespace.experiment.IllusiveSearch;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Quotient;
import imagespace.experiment.Table1;
import imagespace.experiment.Table2;
import imagespace.report.Figures;
import imagespace.report.LedgerFolders;
import imagespace.report.Study;
import imagespace.report.StudyGrids;
import imagespace.report.claims.Claims;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code report.html}: all that the ledgers below a folder hold, in one file that needs nothing else. */
public final class ReportPage {
    private static final Map<String, String> HEADINGS = new LinkedHashMap<>();

    static {
        HEADINGS.put(Figure1.NAME, "Figure 1: where samples lie");
        HEADINGS.put(Table1.NAME, "Table 1: subgroups of the training samples, without and with noise");
        HEADINGS.put(Figure2.NAME, "Figure 2: over-fitting with and without illusive samples");
        HEADINGS.put(Table2.NAME, "Table 2: attacks");
        HEADINGS.put(Quotient.NAME, "Slicing and gluing");
        HEADINGS.put(IllusiveSearch.NAME, "Illusive samples: how many, and which are planted");
    }

    private ReportPage() {}

    /**
     * The page.
     *
     * @throws LedgerException if there is no ledger, or one is damaged
     * @throws DataException if a file beside a ledger is damaged
     */
    public static String of(Path folder) throws IOException, LedgerException, DataException {
        Map<Path, List<LedgerEntry>> ledgers = new LinkedHashMap<>();
        for (Path place : LedgerFolders.below(folder)) {
            ledgers.put(place, Ledger.read(place));
        }
        List<LedgerEntry> entries =
                ledgers.values().stream().flatMap(List::stream).toList();
        List<Study> studies = Study.of(entries);
        Map<String, String> sections = new LinkedHashMap<>(); // heading to HTML
        sections.put(
                "The twelve claims",
                Html.section("claims", "The twelve claims", ClaimsSection.of(Claims.judge(studies))));
        HEADINGS.forEach(
                (experiment, heading) -> sections.put(heading, experiment(experiment, heading, studies, entries)));
        sections.putAll(samples(folder, ledgers));
        sections.put("All runs", Html.section("runs", "All runs", runs(entries)));
        return page(sections);
    }

    private static String experiment(
            String experiment, String heading, List<Study> studies, List<LedgerEntry> entries) {
        StringBuilder body = new StringBuilder();
        for (Study study : studies) {
            if (study.experiment().equals(experiment)) {
                body.append("<h3>").append(Html.escape(study.label())).append("</h3>\n");
                body.append(of(study)).append(Provenance.of(study, entries));
            }
        }
        if (body.isEmpty()) {
            long failed = entries.stream()
                    .filter(entry -> entry.experiment().equals(experiment))
                    .count();
            body.append(failed == 0 ? "<p>Not run. " : "<p>No run has finished, " + failed + " failed. ")
                    .append("<code>imagespace ")
                    .append(experiment)
                    .append("</code> makes it.</p>\n");
        }
        return Html.section(experiment, heading, body.toString());
    }

    private static Map<String, String> samples(Path folder, Map<Path, List<LedgerEntry>> ledgers)
            throws IOException, DataException {
        Map<String, String> sections = new LinkedHashMap<>();
        for (Map.Entry<Path, List<LedgerEntry>> ledger : ledgers.entrySet()) {
            Path relative = folder.relativize(ledger.getKey());
            String heading = "Samples" + (relative.toString().isEmpty() ? "" : ": " + relative);
            String html =
                    SampleSection.of(ledger.getKey(), ledger.getValue(), "samples-" + (sections.size() + 1), heading);
            if (!html.isEmpty()) {
                sections.put(heading, html);
            }
        }
        if (sections.isEmpty()) {
            String none =
                    "<p>No samples.csv, ccm.csv or gallery.png. <code>imagespace illusive</code> makes them.</p>\n";
            sections.put("Samples", Html.section("samples", "Samples", none));
        }
        return sections;
    }

    private static String of(Study study) {
        String name = study.label();
        return switch (study.experiment()) {
            case Figure1.NAME ->
                Html.figure(Figures.figure1(study), bands(study)) + Html.table(name, StudyGrids.of(study));
            case Figure2.NAME ->
                "<div class=\"figures\">\n"
                        + Html.figure(
                                Figures.figure2Loss(study),
                                bands(study) + " Dashed: without the illusive test samples.")
                        + Html.figure(Figures.figure2Accuracy(study), "The same runs, accuracy.")
                        + Html.figure(Figures.figure2Training(study), "The same runs, in the training pass itself.")
                        + "</div>\n"
                        + Html.table(name, StudyGrids.of(study));
            default -> Html.table(name, StudyGrids.of(study));
        };
    }

    private static String bands(Study study) {
        int runs = study.runs().size();
        return runs < 2 ? "No bands: there is one run." : "Means over " + runs + " runs, bands: 95 % intervals.";
    }

    private static String runs(List<LedgerEntry> entries) {
        List<List<String>> rows = new ArrayList<>();
        for (LedgerEntry entry : entries) {
            Double accuracy = entry.metrics().get("A");
            rows.add(List.of(
                    entry.experiment(),
                    entry.cell(),
                    Integer.toString(entry.run() + 1),
                    entry.status() + (entry.reason() == null ? "" : ": " + entry.reason()),
                    accuracy == null ? "" : String.format(Locale.ROOT, "%.2f", 100 * accuracy),
                    String.format(Locale.ROOT, "%.1f", entry.seconds()),
                    entry.version(),
                    entry.time()));
        }
        long failed = entries.stream().filter(entry -> !entry.finished()).count();
        return Html.paragraph(entries.size() + " lines in the ledgers, " + failed + " of them failed runs.")
                + Html.details(
                        "The lines",
                        Html.table(
                                "All runs",
                                List.of("experiment", "cell", "run", "status", "A, %", "seconds", "code", "finished"),
                                rows));
    }

    private static String page(Map<String, String> sections) {
        StringBuilder contents = new StringBuilder();
        StringBuilder body = new StringBuilder();
        sections.forEach((heading, html) -> {
            String id = html.substring(html.indexOf("id=\"") + 4, html.indexOf("\">"));
            contents.append("<li><a href=\"#")
                    .append(id)
                    .append("\">")
                    .append(Html.escape(heading))
                    .append("</a></li>\n");
            body.append(html);
        });
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
                style-src 'unsafe-inline'; script-src 'unsafe-inline'">
                <title>imagespace: report</title>
                <link rel="icon" href="data:,">
                <style>
                %s</style>
                </head>
                <body>
                <header><h1>imagespace: report</h1>
                <p>The experiments of Fan and Yezzi, <cite>Towards an Understanding of Neural Networks in Natural-Image
                Spaces</cite> (CVPR Workshops 2019), run again, from the ledgers beside this file.</p>
                <nav aria-label="Contents"><ul>
                %s</ul></nav></header>
                <main>
                %s</main>
                <script>
                %s</script>
                </body>
                </html>
                """.formatted(resource("report.css"), contents, body, resource("report.js"));
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream("/imagespace/report/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
