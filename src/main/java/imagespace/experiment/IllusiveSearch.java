package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.model.ModelException;
import imagespace.strategy.ConfusionMatrix;
import imagespace.strategy.IllusiveSamples;
import imagespace.strategy.SampleStatistics;
import imagespace.train.DivergedException;
import imagespace.train.SampleHistory;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Which samples of a data set hurt (section 4.3): one or more trainings on all of it, and what their statistics say of each
 * training sample.
 *
 * <pre>./imagespace illusive --data my-pictures --out out/illusive</pre>
 *
 * With several runs only those samples are illusive that all of them get wrong.
 */
public final class IllusiveSearch {
    /** Name of the experiment in ledgers. */
    public static final String NAME = "illusive";

    private final Workbench bench;
    private final List<BaseRun> bases = new ArrayList<>();
    private final Experiment experiment;

    /**
     * Makes the plan; nothing runs yet.
     *
     * @param planted whether the sample with an id is known to mislead; null if nothing is known, as usual
     */
    public IllusiveSearch(
            Corpus corpus,
            RunSettings settings,
            IntPredicate planted,
            Backend backend,
            Ledger ledger,
            Path folder,
            String version) {
        bench = Workbench.of(NAME, corpus, settings, backend, ledger, folder, version);
        List<Job> jobs = new ArrayList<>();
        for (int run = 0; run < settings.runs(); run++) {
            long seed = settings.runSeed(run);
            Configuration configuration = bench.configuration(Figure2.BASE, run, Map.of("optimizer", "adam 0.001"));
            TrainingConfig config = TrainingConfig.plain(settings.epochs(), settings.batch(), seed);
            BaseRun base = new BaseRun(bench.trainer(), settings, bench.train(), bench.test(), config, configuration);
            bases.add(base);
            jobs.add(new Job(
                    Figure2.BASE, run, seed, configuration, base.cost(), progress -> train(base, planted, progress)));
        }
        experiment = bench.jobs(jobs);
    }

    /** The plan. */
    public Experiment experiment() {
        return experiment;
    }

    private Job.Result train(BaseRun base, IntPredicate planted, PlanProgress progress)
            throws DivergedException, IOException, ModelException {
        double accuracy =
                base.train(progress).training().predict(bench.test(), progress).accuracy();
        SortedMap<String, Double> metrics = Workbench.illusive(base, accuracy);
        if (planted != null) {
            Detection detection = Detection.of(base.illusive(), bench.train().ids(), planted);
            metrics.put("precision", Metrics.nullIfNaN(detection.precision()));
            metrics.put("recall", Metrics.nullIfNaN(detection.recall()));
        }
        return new Job.Result(metrics, new TreeMap<>());
    }

    /**
     * How well the planted samples are found.
     *
     * @param precision share of the illusive samples that are planted; NaN if there are none
     * @param recall share of the planted samples that are illusive; NaN if there are none
     */
    public record Detection(double precision, double recall) {
        /** Compares the samples found with the truth. */
        public static Detection of(IllusiveSamples illusive, int[] ids, IntPredicate planted) {
            long truth = IntStream.of(ids).filter(planted).count();
            long found = IntStream.of(ids).filter(illusive::contains).count();
            long both = IntStream.of(ids)
                    .filter(id -> planted.test(id) && illusive.contains(id))
                    .count();
            return new Detection((double) both / found, (double) both / truth);
        }
    }

    /** The statistics of all trainings: from a part of them other samples would be illusive. */
    private List<SampleHistory> histories() throws IOException, ModelException {
        List<SampleHistory> histories = new ArrayList<>();
        for (BaseRun base : bases) {
            if (!base.read()) {
                throw new ModelException("the ledger says that a training has ended, but its statistics " + base.file()
                        + " are gone; restore them from a copy, or give another --out to train again");
            }
            histories.add(base.trainHistory());
        }
        return histories;
    }

    /**
     * What all trainings together say.
     *
     * @param statistics of each training sample, over the counted epochs of all trainings
     * @param illusive right in at most the tolerated number of them
     * @param confusions the cumulative confusion matrix
     */
    public record Findings(SampleStatistics statistics, IllusiveSamples illusive, ConfusionMatrix confusions) {}

    /** Its trainings that the ledger holds. */
    public List<LedgerEntry> entries() {
        return bases.stream()
                .map(base -> bench.ledger().finished(base.configuration()))
                .flatMap(Optional::stream)
                .toList();
    }

    /** The training samples that take part. */
    public Dataset samples() {
        return bench.train();
    }

    /**
     * The findings after {@link #experiment} has run.
     *
     * @throws ModelException if the statistics of a training are missing or damaged
     */
    public Findings findings() throws IOException, ModelException {
        List<SampleHistory> histories = histories();
        int classes = bench.train().classes();
        SampleStatistics statistics = SampleStatistics.of(histories, classes);
        return new Findings(
                statistics,
                IllusiveSamples.of(statistics, bench.settings().tolerance()),
                ConfusionMatrix.of(histories, classes));
    }
}
