package imagespace.experiment;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import java.util.List;

/**
 * What to run for Table 1.
 *
 * @param cells which of the 26 cells; none for base runs only
 * @param runs how often; the paper has 50
 * @param epochs of the base run and of every cell: few enough to stop before over-fitting
 * @param batch samples a step
 * @param noiseRatio noise samples a natural one; the paper has 5
 * @param trainLimit at most so many training samples, chosen at random by {@code seed}
 * @param testLimit at most so many test samples, likewise
 * @param seed fixes everything
 * @param sharedBase whether the base run of run 0 serves all runs, instead of a fresh one each
 */
public record Table1Settings(
        List<Table1Cell> cells,
        int runs,
        int epochs,
        int batch,
        double noiseRatio,
        int trainLimit,
        int testLimit,
        long seed,
        boolean sharedBase) {
    public Table1Settings {
        cells = List.copyOf(cells);
        RunSettings.check(runs, epochs, batch, trainLimit, testLimit);
        if (!(noiseRatio > 0 && noiseRatio <= 1000)) {
            throw new IllegalArgumentException("the noise ratio lies above 0 and up to 1000, not at " + noiseRatio);
        }
    }

    /** The seed of a run, the same in all its cells: they start with the same weights and are compared in pairs. */
    public long runSeed(int run) {
        return Philox.derive(seed, RandomStream.RUN, run);
    }

    /**
     * The seed of the base run that a run is split by. It differs from the run's own seed, so that no cell starts with
     * the weights that its training samples were chosen by, and so that S^1 is not the base run over again.
     */
    public long baseSeed(int run) {
        return Philox.derive(runSeed(sharedBase ? 0 : run), RandomStream.RUN, 0);
    }
}
