package imagespace.report;

import imagespace.experiment.Table1Cell;
import imagespace.strategy.Subgroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a small Table 1 shows, in plain sentences: whether the paper's observations of sections 4.1 and 4.2 are seen, with
 * the figures. Nothing is said of cells that were not run.
 */
public final class Findings {
    private final Map<Table1Cell, CellFigures> figures;
    private final List<String> sentences = new ArrayList<>();

    private Findings(Map<Table1Cell, CellFigures> figures) {
        this.figures = figures;
    }

    /** The sentences, at most one an observation. */
    public static List<String> of(Map<Table1Cell, CellFigures> figures) {
        Findings findings = new Findings(figures);
        findings.moreIsNotAlwaysBetter();
        findings.confidence();
        findings.illusiveness();
        findings.noise();
        return findings.sentences;
    }

    private void moreIsNotAlwaysBetter() {
        Table1Cell few = new Table1Cell(Subgroup.HIGH_CONFIDENCE, Subgroup.LOW_ILLUSIVENESS, .25, false);
        Table1Cell many = new Table1Cell(Subgroup.LOW_CONFIDENCE, Subgroup.HIGH_ILLUSIVENESS, .5, false);
        if (done(few) && done(many)) {
            double better = accuracy(few) - accuracy(many);
            sentences.add(format(
                    "%s: %s gives a test accuracy of %.1f %%, %s, with twice as many samples, %.1f %%.",
                    better > 0 ? "More samples are not always better" : "Here more samples are better",
                    few.label(),
                    accuracy(few),
                    many.label(),
                    accuracy(many)));
        }
    }

    private void confidence() {
        List<Double> gains = new ArrayList<>();
        for (Table1Cell cell : figures.keySet()) {
            if (cell.correct() == Subgroup.HIGH_CONFIDENCE) {
                gain(
                        gains,
                        cell,
                        new Table1Cell(Subgroup.LOW_CONFIDENCE, cell.misclassified(), cell.share(), cell.noise()));
            }
        }
        say(
                gains,
                "Confident samples instead of unsure ones: accuracy is higher in %d of %d pairs, by %+.1f points"
                        + " on the mean.");
    }

    private void illusiveness() {
        List<Double> gains = new ArrayList<>();
        for (Table1Cell cell : figures.keySet()) {
            if (cell.misclassified() == Subgroup.LOW_ILLUSIVENESS) {
                gain(
                        gains,
                        cell,
                        new Table1Cell(cell.correct(), Subgroup.HIGH_ILLUSIVENESS, cell.share(), cell.noise()));
            }
        }
        say(
                gains,
                "Little illusive samples instead of highly illusive ones: accuracy is higher in %d of %d pairs, by"
                        + " %+.1f points on the mean.");
    }

    private void noise() {
        List<Double> gains = new ArrayList<>();
        for (Table1Cell cell : figures.keySet()) {
            if (cell.noise()) {
                gain(gains, cell, new Table1Cell(cell.correct(), cell.misclassified(), cell.share(), false));
            }
        }
        say(gains, "A random-noise class: accuracy is higher in %d of %d training sets, by %+.1f points on the mean.");
    }

    private void gain(List<Double> gains, Table1Cell with, Table1Cell without) {
        if (done(with) && done(without)) {
            gains.add(accuracy(with) - accuracy(without));
        }
    }

    private void say(List<Double> gains, String sentence) {
        if (!gains.isEmpty()) {
            sentences.add(format(
                    sentence,
                    gains.stream().filter(gain -> gain > 0).count(),
                    gains.size(),
                    gains.stream().mapToDouble(Double::doubleValue).average().orElseThrow()));
        }
    }

    private boolean done(Table1Cell cell) {
        return figures.containsKey(cell) && figures.get(cell).runs() > 0;
    }

    private double accuracy(Table1Cell cell) {
        return figures.get(cell).accuracy();
    }

    private static String format(String sentence, Object... values) {
        return String.format(Locale.ROOT, sentence, values);
    }
}
