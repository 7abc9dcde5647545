package imagespace.report;

import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.LedgerException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The finished runs of one experiment that may be compared: same data, same settings. Two cells with the same run index
 * are a pair.
 *
 * @param experiment such as "table1"
 * @param data name of the data set as the user gave it; the first one, if it was called by several
 * @param settings what all runs of the study have in common: their configuration without what tells cells and runs apart
 * @param cells cell to run index to run
 */
public record Study(
        String experiment,
        String data,
        SortedMap<String, Object> settings,
        Map<String, SortedMap<Integer, LedgerEntry>> cells) {
    private static final Set<String> LABELLED = Set.of(
            "experiment",
            "dataDigest",
            "trainSamples",
            "testSamples",
            "epochs",
            "network",
            StudyKey.NOISE,
            StudyKey.BASE);

    /**
     * All studies in the ledgers below a folder, in the order of their first runs.
     *
     * @return empty if no run has finished yet
     * @throws LedgerException if there is no ledger, or one is damaged
     */
    public static List<Study> find(Path folder) throws IOException, LedgerException {
        List<LedgerEntry> entries = new ArrayList<>();
        for (Path place : LedgerFolders.below(folder)) {
            entries.addAll(Ledger.read(place));
        }
        return of(entries);
    }

    /** Sorts runs into studies. Failed runs do not count; of runs with the same configuration the first one does. */
    public static List<Study> of(List<LedgerEntry> entries) {
        Map<String, LedgerEntry> byHash = new LinkedHashMap<>();
        entries.stream().filter(LedgerEntry::finished).forEach(entry -> byHash.putIfAbsent(entry.hash(), entry));
        Map<StudyKey, List<LedgerEntry>> groups = new LinkedHashMap<>();
        byHash.values()
                .forEach(entry -> groups.computeIfAbsent(StudyKey.of(entry), _ -> new ArrayList<>())
                        .add(entry));
        List<Study> studies = new ArrayList<>();
        groups.forEach(
                (key, group) -> StudyKey.split(group).forEach((more, part) -> studies.add(study(key, more, part))));
        return List.copyOf(studies);
    }

    private static Study study(StudyKey key, Map<String, Object> more, List<LedgerEntry> entries) {
        SortedMap<String, Object> settings = new TreeMap<>(key.settings());
        settings.putAll(more);
        Map<String, SortedMap<Integer, LedgerEntry>> cells = new LinkedHashMap<>();
        for (LedgerEntry entry : entries) {
            cells.computeIfAbsent(entry.cell(), _ -> new TreeMap<>()).putIfAbsent(entry.run(), entry);
        }
        cells.replaceAll((_, runs) -> Collections.unmodifiableSortedMap(runs));
        return new Study(
                key.experiment(),
                entries.getFirst().data(),
                Collections.unmodifiableSortedMap(settings),
                Collections.unmodifiableMap(cells));
    }

    /** The runs of a cell by run index; empty if it has none. */
    public SortedMap<Integer, LedgerEntry> runs(String cell) {
        return cells.getOrDefault(cell, Collections.emptySortedMap());
    }

    /** All run indices that occur. */
    public Set<Integer> runs() {
        Set<Integer> all = new TreeSet<>();
        cells.values().forEach(runs -> all.addAll(runs.keySet()));
        return all;
    }

    /** A figure of one run; NaN if there is no such run, or it has no such figure. */
    public double value(String cell, int run, String metric) {
        LedgerEntry entry = runs(cell).get(run);
        Double value = entry == null ? null : entry.metrics().get(metric);
        return value == null ? Double.NaN : value;
    }

    /** A figure in all runs of a cell that have it, by run index. */
    public double[] values(String cell, String metric) {
        return runs(cell).keySet().stream()
                .mapToDouble(run -> value(cell, run, metric))
                .filter(Double::isFinite)
                .toArray();
    }

    /** How many of these lines of ledgers are failed runs of this experiment with these settings. */
    public long failed(List<LedgerEntry> entries) {
        return entries.stream()
                .filter(entry -> !entry.finished() && entry.experiment().equals(experiment))
                .filter(entry -> settings.entrySet()
                        .containsAll(StudyKey.of(entry).settings().entrySet()))
                .count();
    }

    /** What was compared, in one line: experiment, data, sizes, runs, as far as they are known. */
    public String label() {
        List<String> parts = new ArrayList<>();
        add(parts, "trainSamples", "%,d training samples");
        add(parts, "testSamples", "%,d test samples");
        add(parts, "epochs", "%,d epochs");
        add(parts, "network", "network %s");
        parts.addAll(StudyKey.labels(settings));
        int runs = runs().size();
        parts.add(runs + (runs == 1 ? " run" : " runs"));
        String digest = settings.containsKey("dataDigest")
                ? String.format(Locale.ROOT, " (digest %.12s)", settings.get("dataDigest"))
                : "";
        return experiment + " on " + data + digest + ": " + String.join(", ", parts);
    }

    /** All that {@link #label} does not say, in one line: two studies may differ in nothing else. */
    public String otherSettings() {
        return settings.entrySet().stream()
                .filter(setting -> !LABELLED.contains(setting.getKey()))
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .collect(Collectors.joining(", "));
    }

    private void add(List<String> parts, String setting, String format) {
        if (settings.containsKey(setting)) {
            parts.add(String.format(Locale.ROOT, format, settings.get(setting)));
        }
    }
}
