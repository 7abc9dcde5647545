package imagespace.report.claims;

import imagespace.report.Interval;
import imagespace.report.Study;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A difference between cells within each run, turned so that the paper's way is up.
 *
 * @param name what is subtracted from what
 * @param unit of the differences
 * @param cells the cells that it takes
 * @param byRun run index to difference, for the runs that have all of these cells
 */
public record Contrast(String name, Unit unit, List<String> cells, SortedMap<Integer, Double> byRun) {
    public Contrast {
        byRun = Collections.unmodifiableSortedMap(new TreeMap<>(byRun));
    }

    /** A figure of a cell, written {@code metric(cell)}. */
    record Figure(String metric, String cell) {
        @Override
        public String toString() {
            return metric + "(" + cell + ")";
        }
    }

    /** One figure minus another, run by run. */
    static Contrast of(Study study, Unit unit, Figure one, Figure other) {
        SortedMap<Integer, Double> byRun = new TreeMap<>();
        for (int run : study.runs()) {
            double difference = study.value(one.cell, run, one.metric) - study.value(other.cell, run, other.metric);
            if (Double.isFinite(difference)) {
                byRun.put(run, unit.scale(difference));
            }
        }
        return new Contrast(one + " - " + other, unit, List.of(one.cell, other.cell), byRun);
    }

    /** The mean of several contrasts within each run that has all of them. */
    static Contrast mean(String name, List<Contrast> contrasts) {
        Contrast first = contrasts.getFirst();
        Set<String> cells = new LinkedHashSet<>();
        SortedMap<Integer, Double> byRun = new TreeMap<>(first.byRun);
        for (Contrast contrast : contrasts) {
            cells.addAll(contrast.cells);
            byRun.keySet().retainAll(contrast.byRun.keySet());
        }
        byRun.replaceAll((run, _) -> contrasts.stream()
                .mapToDouble(contrast -> contrast.byRun.get(run))
                .average()
                .orElseThrow());
        return new Contrast(name, first.unit, List.copyOf(cells), byRun);
    }

    /** This contrast minus another, within each run that has both. */
    Contrast minus(String newName, Contrast other) {
        SortedMap<Integer, Double> rest = new TreeMap<>(byRun);
        rest.keySet().retainAll(other.byRun.keySet());
        rest.replaceAll((run, difference) -> difference - other.byRun.get(run));
        Set<String> all = new LinkedHashSet<>(cells);
        all.addAll(other.cells);
        return new Contrast(newName, unit, List.copyOf(all), rest);
    }

    /** The same under another name. */
    Contrast named(String newName) {
        return new Contrast(newName, unit, cells, byRun);
    }

    /** The differences in the order of the runs. */
    double[] differences() {
        return byRun.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    /** Mean difference and its 95 % interval. */
    public Interval interval() {
        return Interval.of(differences());
    }

    /** Whether the mean goes the paper's way. */
    public boolean paperWay() {
        return interval().mean() > 0;
    }
}
