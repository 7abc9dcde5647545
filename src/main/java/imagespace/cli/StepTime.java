package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.data.Dataset;
import imagespace.experiment.Cost;
import imagespace.nn.Architecture;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * How long a training step and a classification take here, measured, for the plan that is shown before an experiment.
 * Java's compiler is still at work in these first seconds, so the real time is rather less.
 *
 * @param trained seconds an image forward and backward
 * @param classified seconds an image forward
 * @param ofGpu whether that is with a whole GPU: runs side by side then share what one has alone
 */
record StepTime(double trained, double classified, boolean ofGpu) {
    private static final long WARM_UP_NANOS = 4_000_000_000L;
    private static final int TIMED = 5;

    static StepTime measure(Backend backend, String network, Dataset data, int batch) {
        int n = Math.min(batch, data.size());
        Dataset some = data.at(IntStream.range(0, n).toArray());
        Architecture architecture = Architecture.named(
                network,
                data.images().height(),
                data.images().width(),
                data.images().channels(),
                data.classes());
        try (var _ = backend.scope()) {
            Training training = new Training(backend, architecture, some, TrainingConfig.plain(1, n, 1));
            float[] wait = new float[1];
            double trained = median(() -> {
                training.step(0, n);
                backend.read(training.network().parameters(), wait, 1);
            });
            double classified = median(() -> {
                training.network().forward(n, false, 0);
                backend.read(training.network().logits(), wait, 1);
            });
            return new StepTime(trained / n, classified / n, !backend.name().equals("cpu"));
        }
    }

    /** Of one training step of {@code n} images; classifying is taken to be as dear. */
    static StepTime measure(Runnable step, int n) {
        double trained = median(step) / n;
        return new StepTime(trained, trained, false);
    }

    private static double median(Runnable step) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < WARM_UP_NANOS) {
            step.run();
        }
        double[] seconds = new double[TIMED];
        for (int i = 0; i < TIMED; i++) {
            long begin = System.nanoTime();
            step.run();
            seconds[i] = (System.nanoTime() - begin) * 1e-9;
        }
        Arrays.sort(seconds);
        return seconds[TIMED / 2];
    }

    /** How long some work takes with so many runs side by side, each on a backend of its own. */
    Duration of(Cost cost, int sideBySide) {
        double seconds = trained * cost.trained() + classified * cost.classified();
        return Duration.ofSeconds(Math.round(ofGpu ? seconds : seconds / sideBySide));
    }
}
