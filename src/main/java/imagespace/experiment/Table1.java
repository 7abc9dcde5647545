package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.model.LongTraining;
import imagespace.model.ModelException;
import imagespace.strategy.ConfidenceSplit;
import imagespace.strategy.NoiseClass;
import imagespace.strategy.RandomSubset;
import imagespace.train.DivergedException;
import imagespace.train.Predictions;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Table 1 (sections 4.1 and 4.2): how well a classifier does that is retrained with subgroups of the training samples,
 * without and with a random-noise class.
 *
 * <pre>./imagespace table1 --data cifar10 --runs 50 --out out/table1</pre>
 *
 * Expected, on the paper's figures: at the same share S_hc beats S_lc by far (53.6 % against 27.1 % at .25 with S_li);
 * S_li beats S_hi while the set is small, and no longer at .75 with S_hc; the noise class adds up to about 4 points in
 * all rows but one; all samples together reach about 75 %.
 *
 * <p>A run is a base run on all samples, its split, and one fresh network a cell. Each of these is a {@link Job}.
 */
public final class Table1 {
    /** Name of the experiment in ledgers. */
    public static final String NAME = "table1";
    /** Name of the base run in ledgers. */
    public static final String BASE = "base";

    /** Name of its network. */
    public static final String NETWORK = "keras";
    /** How much time of a training a kill may cost. */
    private static final Duration CHECKPOINT = Duration.ofMinutes(1);

    private final Table1Settings settings;
    private final Table1Plan plan;
    private final Dataset train;
    private final Dataset test;
    private final Trainer trainer;
    private final Ledger ledger;
    /** One a run, or one for all. */
    private final List<BaseSplit> bases = new ArrayList<>();

    private final Experiment experiment;

    /**
     * Makes the plan; nothing runs yet.
     *
     * @param folder where base predictions are kept, beside the ledger
     * @param version of the code, for the ledger
     */
    public Table1(Corpus corpus, Table1Settings settings, Backend backend, Ledger ledger, Path folder, String version) {
        this.settings = settings;
        this.train = RandomSubset.of(corpus.train(), settings.trainLimit(), settings.seed());
        this.test = RandomSubset.of(corpus.test(), settings.testLimit(), settings.seed());
        this.plan = new Table1Plan(settings, corpus.digest(), train.size(), test.size(), backend);
        this.trainer = new Trainer(backend, folder, CHECKPOINT);
        this.ledger = ledger;
        List<Job> jobs = new ArrayList<>();
        for (int run = 0; run < settings.runs(); run++) {
            if (run == 0 || !settings.sharedBase()) {
                jobs.add(baseJob(run));
            }
            BaseSplit base = bases.getLast();
            for (Table1Cell cell : settings.cells()) {
                jobs.add(cellJob(cell, run, base));
            }
        }
        Recorder recorder = new Recorder(ledger, NAME, corpus.name(), backend, version);
        experiment = new JobList(ledger, recorder, settings.runs(), jobs, trainer::discard);
    }

    /** The plan. */
    public Experiment experiment() {
        return experiment;
    }

    private Job baseJob(int run) {
        long seed = settings.baseSeed(run);
        Configuration configuration = plan.baseConfiguration(run);
        BaseSplit base = new BaseSplit(trainer, config(seed), train, run, configuration);
        bases.add(base);
        return new Job(
                BASE, run, seed, configuration, plan.baseCost(), progress -> tested(base.train(progress), progress));
    }

    private Job cellJob(Table1Cell cell, int run, BaseSplit base) {
        long seed = settings.runSeed(run);
        Configuration configuration = plan.configuration(cell, run);
        return new Job(
                cell.id(),
                run,
                seed,
                configuration,
                plan.cost(cell),
                progress -> retrain(trainingSet(cell, base, progress), config(seed), configuration, progress));
    }

    private TrainingConfig config(long seed) {
        return TrainingConfig.plain(settings.epochs(), settings.batch(), seed);
    }

    /** Trains a fresh network on a training set, and tests it. */
    private Job.Result retrain(
            Dataset samples, TrainingConfig config, Configuration configuration, PlanProgress progress)
            throws DivergedException, IOException, ModelException {
        LongTraining training = trainer.start(NETWORK, samples, config, configuration, new TreeMap<>());
        return tested(Trainer.toEnd(training, config, samples, progress), progress);
    }

    private Job.Result tested(Training training, PlanProgress progress) {
        return Job.Result.of(
                Metrics.of(training.predict(test, progress), train.classes()).toMap());
    }

    /** The training set of a cell. An empty subgroup would silently make it another cell, so it is an error. */
    private Dataset trainingSet(Table1Cell cell, BaseSplit base, PlanProgress progress)
            throws Job.NotPossibleException, DivergedException, IOException, ModelException {
        Dataset chosen = train;
        if (!cell.everything()) {
            ConfidenceSplit split = base.known(progress);
            if (split.positions(cell.correct(), cell.share()).length == 0) {
                throw new Job.NotPossibleException("too few samples for a share of " + cell.share()
                        + ": the base run got " + split.correct() + " right");
            }
            if (split.positions(cell.misclassified(), cell.share()).length == 0) {
                throw new Job.NotPossibleException("too few samples for a share of " + cell.share()
                        + ": the base run got " + split.misclassified() + " wrong");
            }
            chosen = split.union(cell.share(), cell.correct(), cell.misclassified());
        }
        return cell.noise() ? NoiseClass.add(chosen, settings.noiseRatio()) : chosen;
    }

    /** The results of a cell that the ledger holds, one a finished run. */
    public List<Metrics> results(Table1Cell cell) {
        return IntStream.range(0, settings.runs())
                .mapToObj(run -> ledger.finished(plan.configuration(cell, run)))
                .flatMap(Optional::stream)
                .map(entry -> Metrics.fromMap(entry.metrics()))
                .toList();
    }

    /** The test results of the base runs that the ledger holds. */
    public List<Metrics> baseResults() {
        return IntStream.range(0, bases.size())
                .mapToObj(run -> ledger.finished(plan.baseConfiguration(run)))
                .flatMap(Optional::stream)
                .map(entry -> Metrics.fromMap(entry.metrics()))
                .toList();
    }

    /** What the first base run says of the training samples, if it is kept. */
    public Optional<Predictions> basePredictions() {
        return bases.getFirst().predictions();
    }

    /** The training samples that take part. */
    public Dataset train() {
        return train;
    }

    /** The test samples that take part. */
    public Dataset test() {
        return test;
    }
}
