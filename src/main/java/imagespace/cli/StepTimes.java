package imagespace.cli;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How long the steps of a repeated work take.
 *
 * @param median seconds of a step, after the warm-up
 * @param first seconds from the start of Java to the end of the first steps that were waited for
 * @param fullSpeed seconds from the start of Java until steps take no more than 1.05 times the median: the end of the
 *     first five steps whose own median does
 */
record StepTimes(double median, double first, double fullSpeed) {
    private static final double FULL = 1.05;
    private static final int WINDOW = 5;

    /**
     * Repeats a work.
     *
     * @param warmUp seconds before it is timed, and at least one step
     * @param steps how many are timed
     * @param atOnce how many are queued before a wait: their time is divided between them
     * @param step takes its number
     * @param wait for all steps that are queued
     */
    static StepTimes of(double warmUp, int steps, int atOnce, IntConsumer step, Runnable wait) {
        return of(warmUp, Math.ceilDiv(steps, atOnce), group -> {
                    for (int i = 0; i < atOnce; i++) {
                        step.accept(group * atOnce + i);
                    }
                    wait.run();
                })
                .dividedBy(atOnce);
    }

    private StepTimes dividedBy(int steps) {
        return new StepTimes(median / steps, first, fullSpeed);
    }

    private static StepTimes of(double warmUp, int steps, IntConsumer step) {
        long age = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        long start = System.nanoTime() - age * 1_000_000;
        long begin = System.nanoTime();
        List<Double> ends = new ArrayList<>();
        List<Double> seconds = new ArrayList<>();
        int warm = 0;
        for (int i = 0; i < warm + steps; i++) {
            long from = System.nanoTime();
            step.accept(i);
            long to = System.nanoTime();
            ends.add((to - start) * 1e-9);
            seconds.add((to - from) * 1e-9);
            if (i == warm && (i == 0 || (to - begin) * 1e-9 < warmUp)) {
                warm++;
            }
        }
        double median = median(seconds.subList(warm, warm + steps));
        int full = 0;
        while (full + WINDOW < seconds.size() && median(seconds.subList(full, full + WINDOW)) > FULL * median) {
            full++;
        }
        return new StepTimes(median, ends.getFirst(), ends.get(Math.min(full + WINDOW, ends.size()) - 1));
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }
}
