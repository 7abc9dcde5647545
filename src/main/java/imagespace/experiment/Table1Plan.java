package imagespace.experiment;

import imagespace.backend.Backend;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The runs that Table 1 consists of, their configurations, and which of them the ledger still lacks.
 *
 * @param settings what was asked for
 * @param digest of the data set
 * @param trainSamples training samples that take part
 * @param testSamples test samples that take part
 * @param backend what computes
 * @param ledger what is done
 */
record Table1Plan(
        Table1Settings settings, String digest, int trainSamples, int testSamples, Backend backend, Ledger ledger) {
    /** Runs that the ledger does not hold yet, base runs included. */
    int pending() {
        return IntStream.range(0, settings.runs())
                .map(run -> pendingCells(run).size() + (basePending(run) ? 1 : 0))
                .sum();
    }

    /** The work of the pending runs, to the rounding of subgroups. */
    Cost cost() {
        return IntStream.range(0, settings.runs())
                .mapToObj(run -> pendingCells(run).stream()
                        .map(this::cost)
                        .reduce(basePending(run) ? baseCost() : Cost.NONE, Cost::plus))
                .reduce(Cost.NONE, Cost::plus);
    }

    /** A base run: training, and predicting both splits. */
    Cost baseCost() {
        return new Cost((long) settings.epochs() * trainSamples, (long) trainSamples + testSamples);
    }

    /** A cell: training, and predicting the test samples. */
    Cost cost(Table1Cell cell) {
        double samples = cell.share() * trainSamples * (cell.noise() ? 1 + settings.noiseRatio() : 1);
        return new Cost(Math.round(samples) * settings.epochs(), testSamples);
    }

    /** The cells of a run that are still to be done. */
    List<Table1Cell> pendingCells(int run) {
        return settings.cells().stream()
                .filter(cell -> !done(configuration(cell, run)))
                .toList();
    }

    private boolean basePending(int run) {
        return ownBase(run) && !done(baseConfiguration(run));
    }

    /** Whether a run has a base run of its own. */
    boolean ownBase(int run) {
        return run == 0 || !settings.sharedBase();
    }

    /** Whether a pending cell needs the split by this base run. */
    boolean baseNeeded(int base) {
        return IntStream.range(base, settings.sharedBase() ? settings.runs() : base + 1)
                .anyMatch(run -> pendingCells(run).stream().anyMatch(cell -> !cell.everything()));
    }

    /** Whether the ledger holds a result. */
    boolean done(Configuration configuration) {
        return ledger.finished(configuration).isPresent();
    }

    Configuration baseConfiguration(int run) {
        Map<String, Object> values = new HashMap<>();
        values.put("experiment", Table1.NAME);
        values.put("cell", Table1.BASE);
        values.put("seed", settings.baseSeed(run));
        values.put("dataDigest", digest);
        values.put("subsetSeed", settings.seed());
        values.put("trainSamples", trainSamples);
        values.put("testSamples", testSamples);
        values.put("network", Table1.NETWORK);
        values.put("optimizer", "adam 0.001");
        values.put("epochs", settings.epochs());
        values.put("batch", settings.batch());
        return Configuration.ofRun(values, backend);
    }

    Configuration configuration(Table1Cell cell, int run) {
        Map<String, Object> own = new HashMap<>();
        own.put("cell", cell.id());
        own.put("seed", settings.runSeed(run));
        if (!cell.everything()) {
            own.put("baseSeed", settings.baseSeed(run));
        }
        if (cell.noise()) {
            own.put("noiseRatio", settings.noiseRatio());
        }
        return baseConfiguration(run).with(own);
    }
}
