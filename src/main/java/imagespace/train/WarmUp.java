package imagespace.train;

import imagespace.backend.Backend;
import imagespace.data.Dataset;
import imagespace.nn.Architecture;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Java compiles what has been run often, and until then a step takes a hundred times as long. So a network's steps are run on
 * tiny batches first, on a copy that is thrown away: full speed comes sooner, and of a small network the first large step, too
 * (figures in benchmarks/HISTORY.md). Once a network and process.
 */
final class WarmUp {
    private static final int STEPS = 20;
    private static final int BATCH = 2;
    /** Smaller batches are soon done without. */
    private static final int LARGE_BATCH = 32;

    private static final Set<Architecture> DONE = ConcurrentHashMap.newKeySet();

    private WarmUp() {}

    /** To be called before a training of that network begins; does nothing where it would be of no use. */
    static void before(Backend backend, Architecture architecture, Dataset data, TrainingConfig config) {
        if (!backend.isCompiledByUse() || config.batch() < LARGE_BATCH || !DONE.add(architecture)) {
            return;
        }
        Dataset few = data.at(IntStream.range(0, Math.min(BATCH, data.size())).toArray());
        TrainingConfig tiny = new TrainingConfig(
                1, few.size(), config.optimizer(), config.labelSmoothing(), config.augmentation(), config.seed());
        try (var _ = backend.scope()) {
            Training copy = new Training(backend, architecture, few, tiny);
            for (int i = 0; i < STEPS; i++) {
                copy.step(0, few.size());
            }
        }
    }
}
