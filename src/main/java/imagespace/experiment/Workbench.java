package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.strategy.RandomSubset;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an experiment of section 4.3 works with: data, settings, where results go.
 *
 * @param experiment its name in the ledger
 * @param corpusDigest digest of the data set
 * @param train training samples that take part
 * @param test test samples that take part
 * @param settings what was asked for
 * @param ledger what is done
 * @param recorder writes what is being done
 * @param trainer starts trainings
 */
record Workbench(
        String experiment,
        String corpusDigest,
        Dataset train,
        Dataset test,
        RunSettings settings,
        Ledger ledger,
        Recorder recorder,
        Trainer trainer) {

    static Workbench of(
            String experiment,
            Corpus corpus,
            RunSettings settings,
            Backend backend,
            Ledger ledger,
            Path folder,
            String version) {
        return new Workbench(
                experiment,
                corpus.digest(),
                RandomSubset.of(corpus.train(), settings.trainLimit(), settings.seed()),
                RandomSubset.of(corpus.test(), settings.testLimit(), settings.seed()),
                settings,
                ledger,
                new Recorder(ledger, experiment, corpus.name(), backend, version),
                new Trainer(backend, folder, settings.checkpointEvery()));
    }

    /**
     * The configuration of a cell.
     *
     * @param own values that this experiment adds, the same for all its cells
     */
    Configuration configuration(String cell, int run, Map<String, Object> own) {
        Map<String, Object> values = new HashMap<>(own);
        values.put("experiment", experiment);
        values.put("cell", cell);
        values.put("seed", settings.runSeed(run));
        values.put("dataDigest", corpusDigest);
        values.put("subsetSeed", settings.seed());
        values.put("trainSamples", train.size());
        values.put("testSamples", test.size());
        values.put("network", settings.network());
        values.put("epochs", settings.epochs());
        values.put("batch", settings.batch());
        values.put("tolerance", settings.tolerance());
        values.put("statistics", settings.recordAfterEpoch() ? "after each epoch" : "training pass");
        return Configuration.ofRun(values, trainer.backend());
    }

    JobList jobs(List<Job> jobs) {
        return new JobList(ledger, recorder, settings.runs(), jobs, trainer::discard);
    }

    /** Metrics of a base run. */
    static SortedMap<String, Double> illusive(BaseRun base, double accuracy) {
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("A", accuracy);
        metrics.put("illusive", (double) base.illusive().count());
        metrics.put("illusiveTest", (double) base.illusiveTest().count());
        return metrics;
    }
}
