package imagespace.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several runs of an experiment side by side: small networks do not fill a large GPU, and two threads on two trainings do
 * more than two on one. Runs do not depend on each other, and each has its own seed: results are the same, only their
 * order in the ledger is not.
 */
public final class ParallelRuns {
    private ParallelRuns() {}

    /**
     * Does the pending runs.
     *
     * @param sides the same plan with the same ledger, each on a backend of its own
     * @return how many failed
     */
    public static int run(List<? extends Experiment> sides, PlanProgress progress) throws IOException {
        if (sides.size() == 1) {
            return sides.getFirst().run(progress);
        }
        AtomicInteger next = new AtomicInteger();
        int failed = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(sides.size())) {
            List<Future<Integer>> results = new ArrayList<>();
            for (Experiment side : sides) {
                PlanProgress own = progress.beside();
                results.add(threads.submit(() -> takeRuns(side, next, own)));
            }
            for (Future<Integer> result : results) {
                failed += value(result);
            }
        }
        return failed;
    }

    private static int takeRuns(Experiment side, AtomicInteger next, PlanProgress progress) throws IOException {
        int failed = 0;
        try {
            for (int run = next.getAndIncrement(); run < side.runs(); run = next.getAndIncrement()) {
                failed += side.run(run, progress);
            }
        } catch (IOException | RuntimeException | Error e) {
            next.set(side.runs()); // what stops one, such as a full disk, is to stop the others after their runs
            throw e;
        }
        return failed;
    }

    private static int value(Future<Integer> result) throws IOException {
        try {
            return result.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }
}
