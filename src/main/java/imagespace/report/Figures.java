package imagespace.report;

import imagespace.experiment.Figure1;
import imagespace.experiment.Figure2;
import imagespace.experiment.LedgerEntry;
import imagespace.report.CurvePlot.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Figures 1 and 2 from their studies: means over runs, with bands of 95 % confidence where there are two runs or more. */
public final class Figures {
    private Figures() {}

    /** Figure 1: both learned functions and the one to be learned. */
    public static String figure1(Study study) {
        double[] x = IntStream.range(0, Figure1.GRID)
                .mapToDouble(i -> (i + .5) / Figure1.GRID)
                .toArray();
        double[] step = Arrays.stream(x).map(v -> Figure1.step((float) v)).toArray();
        List<Series> series = new ArrayList<>();
        series.add(new Series("sign(x - 0.5)", x, step, null, null, 5, true));
        mean(study, Figure1.AROUND, "f", "learned from samples in [0.4, 0.6)", x, 0, false)
                .ifPresent(series::add);
        mean(study, Figure1.ENDS, "f", "learned from samples at both ends", x, 1, false)
                .ifPresent(series::add);
        return new CurvePlot("The same function learned from samples elsewhere", "x", "f(x)", series).svg();
    }

    /** Figure 2, loss: on all test samples, and dashed on the clean test, without the illusive ones. */
    public static String figure2Loss(Study study) {
        return figure2(study, "Test loss while training goes on", "cross-entropy", "testLoss", "testLossClean", 1);
    }

    /** Figure 2, accuracy. */
    public static String figure2Accuracy(Study study) {
        return figure2(
                study, "Test accuracy while training goes on", "percent", "testAccuracy", "testAccuracyClean", 100);
    }

    /** What is measured in the training pass: it shows how far the samples are learned by heart. */
    public static String figure2Training(Study study) {
        return figure2(study, "Training accuracy (dropout on)", "percent", "trainAccuracy", null, 100);
    }

    private static String figure2(Study study, String title, String unit, String curve, String clean, double scale) {
        List<Series> series = new ArrayList<>();
        Map<String, Integer> colours = Map.of(Figure2.ALL, 0, Figure2.CLEAN, 1, Figure2.RANDOM, 2);
        for (String cell : List.of(Figure2.ALL, Figure2.CLEAN, Figure2.RANDOM)) {
            String name = StudyGrids.training(cell);
            double[] x = epochs(study, cell, curve);
            mean(study, cell, curve, name, x, colours.get(cell), false)
                    .map(s -> scaled(s, scale))
                    .ifPresent(series::add);
            if (clean != null) {
                mean(study, cell, clean, name + ", clean test", x, colours.get(cell), true)
                        .map(s -> scaled(s, scale))
                        .ifPresent(series::add);
            }
        }
        return new CurvePlot(title, "epoch", unit, series).svg();
    }

    private static double[] epochs(Study study, String cell, String curve) {
        int longest = study.runs(cell).values().stream()
                .mapToInt(entry -> curve(entry, curve).length)
                .max()
                .orElse(0);
        return IntStream.rangeClosed(1, longest).asDoubleStream().toArray();
    }

    private static double[] curve(LedgerEntry entry, String name) {
        return entry.curves() == null ? new double[0] : entry.curves().getOrDefault(name, new double[0]);
    }

    private static Optional<Series> mean(
            Study study, String cell, String curve, String name, double[] x, int colour, boolean dashed) {
        List<double[]> runs = study.runs(cell).values().stream()
                .map(entry -> curve(entry, curve))
                .filter(values -> values.length == x.length)
                .toList();
        if (runs.isEmpty() || x.length == 0) {
            return Optional.empty();
        }
        Interval[] points = IntStream.range(0, x.length)
                .mapToObj(i ->
                        Interval.of(runs.stream().mapToDouble(run -> run[i]).toArray()))
                .toArray(Interval[]::new);
        double[] y = Arrays.stream(points).mapToDouble(Interval::mean).toArray();
        boolean band = runs.size() > 1;
        return Optional.of(new Series(
                name,
                x,
                y,
                band ? Arrays.stream(points).mapToDouble(Interval::low).toArray() : null,
                band ? Arrays.stream(points).mapToDouble(Interval::high).toArray() : null,
                colour,
                dashed));
    }

    private static Series scaled(Series s, double scale) {
        return new Series(
                s.name(),
                s.x(),
                scaled(s.y(), scale),
                scaled(s.low(), scale),
                scaled(s.high(), scale),
                s.colour(),
                s.dashed());
    }

    private static double[] scaled(double[] values, double scale) {
        return values == null ? null : Arrays.stream(values).map(v -> scale * v).toArray();
    }
}
