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
import java.util.List;
import java.util.Locale;
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
 * <p>A run is a base run on all samples, its split, and one fresh network a cell. Each of these is a pure function of its
 * {@link Configuration} and ends as a line of the {@link Ledger}; what is there already is not done again.
 */
public final class Table1 implements Experiment {
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
    private final Recorder recorder;
    private final Path folder;
    /** By the latest base run; none if it failed. */
    private Optional<ConfidenceSplit> split = Optional.empty();

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
        this.plan = new Table1Plan(settings, corpus.digest(), train.size(), test.size(), backend, ledger);
        this.trainer = new Trainer(backend, folder, CHECKPOINT);
        this.ledger = ledger;
        this.recorder = new Recorder(ledger, NAME, corpus.name(), backend, version);
        this.folder = folder;
    }

    @Override
    public int run(int run, PlanProgress progress) throws IOException {
        int failed = 0;
        if (plan.ownBase(run)) {
            split = baseRun(run, progress).map(base -> ConfidenceSplit.of(train, base));
            failed += plan.done(plan.baseConfiguration(run)) ? 0 : 1;
        }
        for (Table1Cell cell : plan.pendingCells(run)) {
            failed += retrain(cell, run, progress) ? 0 : 1;
        }
        return failed;
    }

    /** The base run's predictions of the training samples: kept ones, or from training; none if it failed. */
    private Optional<Predictions> baseRun(int run, PlanProgress progress) throws IOException {
        Configuration configuration = plan.baseConfiguration(run);
        boolean done = plan.done(configuration);
        if (done) {
            Optional<Predictions> kept = basePredictions(run);
            if (kept.isPresent() || !plan.baseNeeded(run)) {
                return kept;
            }
            progress.say("the predictions of base run " + (run + 1) + " are missing or damaged: it is trained again");
        }
        Recorder.Run record = Recorder.Run.start(BASE, run, settings.baseSeed(run), configuration);
        progress.begin(title(BASE, run), done ? 0 : plan.baseCost().images());
        try (var _ = trainer.backend().scope()) {
            Training training = train(train, settings.baseSeed(run), configuration, progress);
            Predictions base = training.predict(train, progress);
            Metrics metrics = Metrics.of(training.predict(test, progress), train.classes());
            BasePredictions.write(BasePredictions.file(folder, run, configuration), configuration, base);
            if (!done) {
                recorder.finished(record, metrics.toMap());
            }
            trainer.discard(configuration);
            progress.end(outcome(metrics));
            return Optional.of(base);
        } catch (DivergedException | ModelException e) {
            recorder.failed(record, e.getMessage());
            progress.end("failed: " + e.getMessage());
            return Optional.empty();
        }
    }

    /** Trains a fresh network for one cell, tests it, and writes the result down; returns whether there is one. */
    private boolean retrain(Table1Cell cell, int run, PlanProgress progress) throws IOException {
        long seed = settings.runSeed(run);
        Recorder.Run record = Recorder.Run.start(cell.id(), run, seed, plan.configuration(cell, run));
        progress.begin(title(cell.id(), run), plan.cost(cell).images());
        try (var _ = trainer.backend().scope()) {
            Training training = train(trainingSet(cell), seed, record.configuration(), progress);
            Metrics metrics = Metrics.of(training.predict(test, progress), train.classes());
            recorder.finished(record, metrics.toMap());
            trainer.discard(record.configuration());
            progress.end(outcome(metrics));
            return true;
        } catch (DivergedException | ModelException | NoTrainingSetException e) {
            recorder.failed(record, e.getMessage());
            progress.end("failed: " + e.getMessage());
            return false;
        }
    }

    /** The training set of a cell. An empty subgroup would silently make it another cell, so it is an error. */
    private Dataset trainingSet(Table1Cell cell) throws NoTrainingSetException {
        Dataset chosen = train;
        if (!cell.everything()) {
            ConfidenceSplit base = split.orElseThrow(() -> new NoTrainingSetException("its base run failed"));
            if (base.positions(cell.correct(), cell.share()).length == 0) {
                throw new NoTrainingSetException("too few samples for a share of " + cell.share()
                        + ": the base run got " + base.correct() + " right");
            }
            if (base.positions(cell.misclassified(), cell.share()).length == 0) {
                throw new NoTrainingSetException("too few samples for a share of " + cell.share()
                        + ": the base run got " + base.misclassified() + " wrong");
            }
            chosen = base.union(cell.share(), cell.correct(), cell.misclassified());
        }
        return cell.noise() ? NoiseClass.add(chosen, settings.noiseRatio()) : chosen;
    }

    /** The split leaves nothing to train with. */
    private static final class NoTrainingSetException extends Exception {
        private static final long serialVersionUID = 1;

        NoTrainingSetException(String message) {
            super(message);
        }
    }

    /** Trains a fresh network to the end. */
    private Training train(Dataset data, long seed, Configuration configuration, PlanProgress progress)
            throws DivergedException, IOException, ModelException {
        TrainingConfig config = TrainingConfig.plain(settings.epochs(), settings.batch(), seed);
        LongTraining training = trainer.start(NETWORK, data, config, configuration, new TreeMap<>());
        while (!training.done()) {
            progress.epoch(training.epoch(progress), settings.epochs(), data.size());
            training.checkpoint();
        }
        return training.training();
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
        return IntStream.range(0, settings.runs())
                .filter(plan::ownBase)
                .mapToObj(run -> ledger.finished(plan.baseConfiguration(run)))
                .flatMap(Optional::stream)
                .map(entry -> Metrics.fromMap(entry.metrics()))
                .toList();
    }

    /** What base run {@code run} says of the training samples, if it is kept. */
    public Optional<Predictions> basePredictions(int run) {
        Configuration configuration = plan.baseConfiguration(run);
        return BasePredictions.read(BasePredictions.file(folder, run, configuration), configuration, train.size());
    }

    @Override
    public int pending() {
        return plan.pending();
    }

    @Override
    public int runs() {
        return settings.runs();
    }

    @Override
    public int planned() {
        return settings.runs() * settings.cells().size() + (settings.sharedBase() ? 1 : settings.runs());
    }

    @Override
    public Cost pendingCost() {
        return plan.cost();
    }

    /** The training samples that take part. */
    public Dataset train() {
        return train;
    }

    /** The test samples that take part. */
    public Dataset test() {
        return test;
    }

    private String title(String cell, int run) {
        return "run " + (run + 1) + "/" + settings.runs() + "  " + cell;
    }

    private static String outcome(Metrics metrics) {
        return String.format(Locale.ROOT, "test accuracy %.2f %%", 100 * metrics.accuracy());
    }
}
