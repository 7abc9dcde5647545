package imagespace.report;

import imagespace.experiment.LedgerEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the runs of a study have in common.
 *
 * @param experiment its name
 * @param settings the configuration without what tells the cells and runs of an experiment apart
 */
record StudyKey(String experiment, SortedMap<String, Object> settings) {
    private static final Set<String> OWN = Set.of("cell", "seed", "baseSeed", "noiseRatio", "rate");
    /** Settings that part a study, see {@link #split}. */
    static final String NOISE = "noiseRatio";

    static final String BASE = "base";

    static StudyKey of(LedgerEntry entry) {
        SortedMap<String, Object> settings = new TreeMap<>(entry.configuration().values());
        settings.keySet().removeAll(OWN);
        return new StudyKey(entry.experiment(), settings);
    }

    /**
     * Splits runs of one key where a choice that only some cells have was made in more than one way: noise of another
     * amount, or one base run for all runs instead of one each. Cells that do not know the choice belong to each part.
     *
     * @return the choices that differ, to the runs of each part
     */
    static Map<Map<String, Object>, List<LedgerEntry>> split(List<LedgerEntry> entries) {
        Set<Object> firstBases = entries.stream()
                .filter(entry -> entry.run() == 0)
                .map(entry -> entry.configuration().values().get("baseSeed"))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        Map<Map<String, Object>, List<LedgerEntry>> parts = Map.of(Map.of(), entries);
        parts = split(parts, NOISE, entry -> entry.configuration().values().get(NOISE));
        return split(parts, BASE, entry -> base(entry, firstBases));
    }

    /** Null where it makes no difference: in the first run, and in cells that need no base run. */
    private static Object base(LedgerEntry entry, Set<Object> firstBases) {
        Object seed = entry.configuration().values().get("baseSeed");
        return seed == null || entry.run() == 0 ? null : firstBases.contains(seed) ? "shared" : "own";
    }

    private static Map<Map<String, Object>, List<LedgerEntry>> split(
            Map<Map<String, Object>, List<LedgerEntry>> parts, String name, Function<LedgerEntry, Object> choice) {
        Map<Map<String, Object>, List<LedgerEntry>> finer = new LinkedHashMap<>();
        parts.forEach((key, entries) -> {
            List<Object> choices = entries.stream()
                    .map(choice)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
            if (choices.size() < 2) {
                finer.put(key, entries);
                return;
            }
            for (Object value : choices) {
                Map<String, Object> more = new TreeMap<>(key);
                more.put(name, value);
                finer.put(
                        more,
                        entries.stream()
                                .filter(entry -> choice.apply(entry) == null
                                        || choice.apply(entry).equals(value))
                                .toList());
            }
        });
        return finer;
    }

    /** The choices of {@link #split}, in words. */
    static List<String> labels(Map<String, Object> settings) {
        List<String> labels = new ArrayList<>();
        if (settings.containsKey(NOISE)) {
            labels.add("noise samples a natural one " + settings.get(NOISE));
        }
        if (settings.containsKey(BASE)) {
            labels.add(settings.get(BASE).equals("shared") ? "one base run for all runs" : "a base run each run");
        }
        return labels;
    }
}
