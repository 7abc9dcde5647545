package imagespace.report.html;

import imagespace.experiment.LedgerEntry;
import imagespace.report.Study;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Where the figures of a study come from: plan, seeds, machine, code version, time. */
final class Provenance {
    private Provenance() {}

    static String of(Study study) {
        List<LedgerEntry> entries = study.cells().values().stream()
                .map(runs -> runs.values())
                .flatMap(Collection::stream)
                .toList();
        double seconds = entries.stream().mapToDouble(LedgerEntry::seconds).sum();
        String times =
                entries.stream().map(LedgerEntry::time).sorted().findFirst().orElse("") + " to "
                        + entries.stream()
                                .map(LedgerEntry::time)
                                .sorted()
                                .reduce((a, b) -> b)
                                .orElse("");
        return Html.details(
                "Where this comes from",
                "<dl>\n"
                        + row("Plan", study.label())
                        + row("Other settings", study.otherSettings())
                        + row(
                                "Lines of the ledger",
                                entries.size() + ", " + String.format(Locale.ROOT, "%.0f s", seconds) + " in all")
                        + row("Seeds of the runs", all(entries, entry -> Long.toString(entry.seed())))
                        + row("Code", all(entries, LedgerEntry::version))
                        + row("Backend", all(entries, entry -> entry.backend() + " (" + entry.device() + ")"))
                        + row("Machine", all(entries, entry -> String.valueOf(entry.machine())))
                        + row("Finished", times)
                        + "</dl>\n");
    }

    private static String all(List<LedgerEntry> entries, Function<LedgerEntry, String> what) {
        List<String> different = entries.stream().map(what).distinct().toList();
        return different.stream().limit(100).collect(Collectors.joining(", "))
                + (different.size() > 100 ? " and " + (different.size() - 100) + " more" : "");
    }

    private static String row(String name, String value) {
        return "<dt>" + Html.escape(name) + "</dt><dd>" + Html.escape(value) + "</dd>\n";
    }
}
