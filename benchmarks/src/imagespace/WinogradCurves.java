package imagespace;

import imagespace.backend.Backend;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Corpus;
import imagespace.data.Scenes;
import imagespace.experiment.Machine;
import imagespace.nn.Architecture;
import imagespace.report.CurvePlot;
import imagespace.report.CurvePlot.Series;
import imagespace.report.Grid;
import imagespace.report.Interval;
import imagespace.report.PairedComparison;
import imagespace.train.DivergedException;
import imagespace.train.EpochSummary;
import imagespace.train.Predictions;
import imagespace.train.Progress;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Does the larger rounding error of Winograd's convolutions show in training? The {@code keras} network on the embedded
 * scenes, from the same seeds with both algorithms: loss and test accuracy of each epoch, and the differences at the end.
 */
public final class WinogradCurves {
    private static final String NETWORK = "keras";
    private static final int TRAIN_SAMPLES = 4000;
    private static final int TEST_SAMPLES = 1000;
    private static final int BATCH = 128;

    /** What an epoch ends with. */
    private record Epoch(double trainLoss, double testLoss, double testAccuracy) {}

    private WinogradCurves() {}

    /** @param args folder, number of seeds, epochs */
    public static void main(String[] args) throws IOException, DivergedException {
        Path folder = Files.createDirectories(Path.of(args[0]));
        int seeds = Integer.parseInt(args[1]);
        int epochs = Integer.parseInt(args[2]);
        Corpus corpus = Scenes.corpus(1, TRAIN_SAMPLES, TEST_SAMPLES);
        List<List<Epoch>> direct = new ArrayList<>();
        List<List<Epoch>> winograd = new ArrayList<>();
        StringBuilder csv = new StringBuilder("algorithm,seed,epoch,trainLoss,testLoss,testAccuracy\n");
        for (int seed = 1; seed <= seeds; seed++) {
            direct.add(train(ConvAlgorithm.DIRECT, corpus, epochs, seed, csv));
            winograd.add(train(ConvAlgorithm.WINOGRAD, corpus, epochs, seed, csv));
        }
        Files.writeString(folder.resolve("curves.csv"), csv);
        Files.writeString(folder.resolve("loss.svg"), plot(direct, winograd));
        String table = table(direct, winograd).markdown("Direct convolutions and Winograd's");
        Files.writeString(folder.resolve("README.md"), table);
        System.out.println(table);
    }

    private static List<Epoch> train(ConvAlgorithm algorithm, Corpus corpus, int epochs, int seed, StringBuilder csv)
            throws DivergedException {
        List<Epoch> curve = new ArrayList<>();
        try (Backend backend = new CpuBackend(0, algorithm)) {
            Architecture network = Architecture.named(NETWORK, 32, 32, 3, corpus.train().classes());
            Training training =
                    new Training(backend, network, corpus.train(), TrainingConfig.plain(epochs, BATCH, seed));
            while (!training.done()) {
                EpochSummary summary = training.epoch(Progress.SILENT);
                Predictions test = training.predict(corpus.test(), Progress.SILENT);
                curve.add(new Epoch(summary.loss(), test.loss(), test.accuracy()));
                csv.append(String.format(
                        Locale.ROOT,
                        "%s,%d,%d,%.6f,%.6f,%.4f\n",
                        algorithm,
                        seed,
                        curve.size(),
                        summary.loss(),
                        test.loss(),
                        test.accuracy()));
            }
        }
        System.err.printf(
                Locale.ROOT, "%s, seed %d: %.2f %%%n", algorithm, seed, 100 * curve.getLast().testAccuracy);
        return curve;
    }

    private static Grid table(List<List<Epoch>> direct, List<List<Epoch>> winograd) {
        return new Grid(
                List.of(
                        String.format(
                                Locale.ROOT,
                                "Network %s on scenes, %,d training and %,d test samples, %d epochs, batch %d, seeds 1 to %d;"
                                        + " after the last epoch.",
                                NETWORK,
                                TRAIN_SAMPLES,
                                TEST_SAMPLES,
                                direct.getFirst().size(),
                                BATCH,
                                direct.size()),
                        "Means over seeds, ± half of the 95 % interval; the difference is paired by seed.",
                        Machine.here().cpu() + ", " + Machine.here().cores() + " cores, Java "
                                + Machine.here().jdk() + ", code "
                                + System.getProperty("imagespace.version", "unknown")
                                + "; written by benchmarks/winograd-curves."),
                List.of("", "direct", "Winograd", "difference", "p (paired t)"),
                List.of(
                        row("training loss", direct, winograd, Epoch::trainLoss),
                        row("test loss", direct, winograd, Epoch::testLoss),
                        row("test accuracy", direct, winograd, Epoch::testAccuracy)));
    }

    private static List<String> row(
            String name, List<List<Epoch>> direct, List<List<Epoch>> winograd, ToDoubleFunction<Epoch> value) {
        double[] first = last(direct, value);
        double[] second = last(winograd, value);
        PairedComparison comparison = PairedComparison.of(IntStream.range(0, first.length)
                .mapToDouble(i -> second[i] - first[i])
                .toArray());
        return List.of(
                name,
                text(Interval.of(first)),
                text(Interval.of(second)),
                text(comparison.difference()),
                String.format(Locale.ROOT, "%.2f", comparison.tTest()));
    }

    private static double[] last(List<List<Epoch>> curves, ToDoubleFunction<Epoch> value) {
        return curves.stream()
                .mapToDouble(curve -> value.applyAsDouble(curve.getLast()))
                .toArray();
    }

    private static String text(Interval interval) {
        return String.format(
                Locale.ROOT, "%.4f ±%.4f", interval.mean(), (interval.high() - interval.low()) / 2);
    }

    private static String plot(List<List<Epoch>> direct, List<List<Epoch>> winograd) {
        List<Series> series = List.of(
                mean("direct, training", direct, Epoch::trainLoss, 0, false),
                mean("Winograd, training", winograd, Epoch::trainLoss, 1, true),
                mean("direct, test", direct, Epoch::testLoss, 2, false),
                mean("Winograd, test", winograd, Epoch::testLoss, 3, true));
        return new CurvePlot("The same seeds, direct convolutions and Winograd's", "epoch", "cross-entropy", series)
                .svg();
    }

    private static Series mean(
            String name, List<List<Epoch>> curves, ToDoubleFunction<Epoch> value, int colour, boolean dashed) {
        int epochs = curves.getFirst().size();
        Interval[] intervals = IntStream.range(0, epochs)
                .mapToObj(e -> Interval.of(curves.stream()
                        .mapToDouble(curve -> value.applyAsDouble(curve.get(e)))
                        .toArray()))
                .toArray(Interval[]::new);
        return new Series(
                name,
                IntStream.rangeClosed(1, epochs).asDoubleStream().toArray(),
                IntStream.range(0, epochs).mapToDouble(e -> intervals[e].mean()).toArray(),
                IntStream.range(0, epochs).mapToDouble(e -> intervals[e].low()).toArray(),
                IntStream.range(0, epochs).mapToDouble(e -> intervals[e].high()).toArray(),
                colour,
                dashed);
    }
}
