package imagespace.report.html;

import imagespace.experiment.LedgerEntry;
import imagespace.experiment.Machine;
import imagespace.report.Study;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Where the figures of a study come from: plan, seeds, machine, code version, time, and how many runs failed. */
final class Provenance {
    private static final int MOST_SHOWN = 100;

    private Provenance() {}

    /** @param ledger all lines of the ledgers, those of failed runs among them */
    static String of(Study study, List<LedgerEntry> ledger) {
        List<LedgerEntry> entries = study.cells().values().stream()
                .map(runs -> runs.values())
                .flatMap(Collection::stream)
                .toList();
        double seconds = entries.stream().mapToDouble(LedgerEntry::seconds).sum();
        List<String> times = entries.stream().map(LedgerEntry::time).sorted().toList();
        return Html.details(
                "Where this comes from",
                "<dl>\n"
                        + row("Plan", study.label())
                        + row("Other settings", study.otherSettings())
                        + row(
                                "Trainings",
                                String.format(
                                        Locale.ROOT,
                                        "%d finished in %.0f s, %d failed",
                                        entries.size(),
                                        seconds,
                                        study.failed(ledger)))
                        + row("Seeds of the runs", all(entries, entry -> Long.toString(entry.seed())))
                        + row("Code", all(entries, LedgerEntry::version))
                        + row("Backend", all(entries, entry -> entry.backend() + " (" + entry.device() + ")"))
                        + row("Machine", all(entries, entry -> machine(entry.machine())))
                        + row("Time", times.getFirst() + " to " + times.getLast())
                        + "</dl>\n");
    }

    private static String machine(Machine machine) {
        return machine.cpu() + ", " + machine.cores() + (machine.cores() == 1 ? " core" : " cores") + ", JDK "
                + machine.jdk() + ", " + machine.os();
    }

    private static String all(List<LedgerEntry> entries, Function<LedgerEntry, String> what) {
        List<String> different = entries.stream().map(what).distinct().toList();
        return different.stream().limit(MOST_SHOWN).collect(Collectors.joining(", "))
                + (different.size() > MOST_SHOWN ? " and " + (different.size() - MOST_SHOWN) + " more" : "");
    }

    private static String row(String name, String value) {
        return value.isEmpty() ? "" : "<dt>" + Html.escape(name) + "</dt><dd>" + Html.escape(value) + "</dd>\n";
    }
}
