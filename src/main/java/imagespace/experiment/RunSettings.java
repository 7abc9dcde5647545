package imagespace.experiment;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import java.time.Duration;

/**
 * What the experiments of section 4.3 have in common.
 *
 * @param runs how often to repeat all of it with other seeds
 * @param network name of the architecture
 * @param epochs of every training but the base run of figure 2
 * @param batch samples a step
 * @param trainLimit at most so many training samples, chosen at random by {@code seed}
 * @param testLimit at most so many test samples, likewise
 * @param seed fixes everything
 * @param tolerance in so many counted epochs an illusive sample may be right
 * @param recordAfterEpoch whether statistics are read after each epoch with dropout off, instead of from the training
 *     pass itself
 * @param checkpointEvery how much time a kill may cost
 */
public record RunSettings(
        int runs,
        String network,
        int epochs,
        int batch,
        int trainLimit,
        int testLimit,
        long seed,
        int tolerance,
        boolean recordAfterEpoch,
        Duration checkpointEvery) {
    /** Larger ones would not fit any memory. */
    public static final int LARGEST_BATCH = 1 << 14;

    public RunSettings {
        check(runs, epochs, batch, trainLimit, testLimit);
        if (tolerance < 0) {
            throw new IllegalArgumentException("the tolerance is 0 or more, not " + tolerance);
        }
    }

    /** What all experiments ask of their sizes. */
    static void check(int runs, int epochs, int batch, int trainLimit, int testLimit) {
        if (runs < 1 || epochs < 1 || batch < 1 || trainLimit < 1 || testLimit < 1) {
            throw new IllegalArgumentException("runs, epochs, batch and limits are at least 1");
        }
        if (batch > LARGEST_BATCH) {
            throw new IllegalArgumentException("a batch has up to " + LARGEST_BATCH + " samples, not " + batch);
        }
    }

    /** The seed of a run, the same in all its cells: they start with the same weights and are compared in pairs. */
    public long runSeed(int run) {
        return Philox.derive(seed, RandomStream.RUN, run);
    }
}
