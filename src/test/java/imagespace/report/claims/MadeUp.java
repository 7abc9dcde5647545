package imagespace.report.claims;

import imagespace.experiment.Table1Cell;
import imagespace.report.CellFigures;
import imagespace.report.PaperTable1;
import imagespace.report.Runs;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Made-up runs of which it is known what they say about the claims. */
final class MadeUp {
    /** How far a figure is moved at random from run to run; the smallest difference that counts is six times as large. */
    private static final double JITTER = 1e-4;

    private MadeUp() {}

    /** The paper's Table 1 by "metric(cell)", as shares. */
    static Map<String, Double> paper() {
        Map<String, Double> figures = new TreeMap<>();
        for (Table1Cell cell : Table1Cell.ALL) {
            CellFigures paper = PaperTable1.of(cell);
            String of = "(" + cell.id() + ")";
            figures.put("A" + of, paper.accuracy() / 100);
            figures.put("Pc" + of, paper.confidence() / 100);
            figures.put("Pi" + of, paper.illusiveness() / 100);
            figures.put("Pg" + of, paper.truth() / 100);
            figures.put("N" + of, cell.noise() ? paper.noise() : 0);
        }
        return figures;
    }

    /** The same with every difference the other way about. */
    static Map<String, Double> mirrored() {
        Map<String, Double> figures = paper();
        figures.replaceAll((_, figure) -> 10 - figure);
        return figures;
    }

    /** Every metric of every cell, "metric(cell)", in so many runs, each with a little spread. */
    static Runs runs(String experiment, int runs, Map<String, Double> figures) {
        Runs made = new Runs(experiment);
        Map<String, Map<String, Double>> cells = new TreeMap<>();
        figures.forEach((name, value) -> {
            int bracket = name.indexOf('(');
            cells.computeIfAbsent(name.substring(bracket + 1, name.length() - 1), _ -> new HashMap<>())
                    .put(name.substring(0, bracket), value);
        });
        cells.forEach((cell, metrics) -> {
            for (int run = 0; run < runs; run++) {
                Map<String, Double> moved = new HashMap<>();
                for (var metric : metrics.entrySet()) {
                    moved.put(metric.getKey(), metric.getValue() + jitter(cell + metric.getKey(), run));
                }
                made.add(cell, run, moved);
            }
        });
        return made;
    }

    private static double jitter(String what, int run) {
        return JITTER * (2 * new Random(31L * what.hashCode() + run).nextDouble() - 1);
    }
}
