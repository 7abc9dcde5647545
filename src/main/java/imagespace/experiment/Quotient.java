package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.model.LongTraining;
import imagespace.model.ModelException;
import imagespace.optim.Optimizer;
import imagespace.strategy.EquivalenceClasses;
import imagespace.strategy.GluedClassifier;
import imagespace.strategy.IllusiveSamples;
import imagespace.train.DivergedException;
import imagespace.train.Predictions;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Slicing and gluing (sections 3.2 and 4.3, equation 2): illusive samples become equivalence classes of their own, learned
 * by a second classifier; a look-up table glues them to the categories of the data.
 *
 * <pre>./imagespace quotient --data cifar10 --out out/quotient</pre>
 *
 * Expected: about 3 points more test accuracy if an oracle says which test samples are illusive ({@code Aoracle}; nobody
 * has that oracle in use). {@code Arouter} is the same with a router that has learned from training samples only which
 * samples look illusive: what one could deploy. Both appear in every output apart from each other.
 *
 * <p>A run: the training on all samples is also the base run; then the main classifier without illusive samples, the
 * second one and the router ({@code sliced}); and, for the paper's remark that a larger learning rate may be used
 * afterwards, both training sets with larger rates.
 */
public final class Quotient {
    /** Name of the experiment in ledgers. */
    public static final String NAME = "quotient";

    public static final String ALL = "all";
    public static final String SLICED = "sliced";
    /** How much larger than 1e-3 the larger learning rates are. */
    public static final List<Integer> RATES = List.of(2, 4);

    private static final float RATE = 1e-3f;
    /** The second classifier has few samples: with so many times the epochs it takes about as many steps as the main one. */
    private static final int SECOND_EPOCHS = 5;

    /** The router's category of illusive samples; 0 is for all others. */
    private static final int ILLUSIVE = 1;

    private final Workbench bench;
    private final int top;
    private final List<BaseRun> bases = new ArrayList<>();
    private final Experiment experiment;

    /**
     * Makes the plan; nothing runs yet.
     *
     * @param top how many confusions of the cumulative confusion matrix count as top ones
     */
    public Quotient(
            Corpus corpus, RunSettings settings, int top, Backend backend, Ledger ledger, Path folder, String version) {
        bench = Workbench.of(NAME, corpus, settings, backend, ledger, folder, version);
        this.top = top;
        List<Job> jobs = new ArrayList<>();
        for (int run = 0; run < settings.runs(); run++) {
            long seed = settings.runSeed(run);
            Configuration all = configuration(ALL, run, 1);
            BaseRun base = new BaseRun(bench.trainer(), settings, bench.train(), bench.test(), config(seed, 1), all);
            bases.add(base);
            jobs.add(new Job(ALL, run, seed, all, base.cost(), progress -> all(base, progress)));
            Configuration sliced = configuration(SLICED, run, 1);
            jobs.add(
                    new Job(SLICED, run, seed, sliced, slicedCost(), progress -> sliced(base, seed, sliced, progress)));
            for (int rate : RATES) {
                String faster = " x" + rate;
                Configuration allFaster = configuration(ALL + faster, run, rate);
                jobs.add(new Job(
                        ALL + faster,
                        run,
                        seed,
                        allFaster,
                        cost(),
                        progress -> accuracy(
                                train("main", bench.train(), config(seed, rate), allFaster, progress), progress)));
                Configuration slicedFaster = configuration(SLICED + faster, run, rate);
                jobs.add(new Job(SLICED + faster, run, seed, slicedFaster, cost(), progress -> {
                    Dataset clean = clean(base, seed, progress);
                    return accuracy(train("main", clean, config(seed, rate), slicedFaster, progress), progress);
                }));
            }
        }
        experiment = bench.jobs(jobs);
    }

    /** The plan. */
    public Experiment experiment() {
        return experiment;
    }

    /** The base run of a run, whose statistics tell the illusive samples. */
    public BaseRun baseRun(int run) {
        return bases.get(run);
    }

    private TrainingConfig config(long seed, int rate) {
        TrainingConfig plain =
                TrainingConfig.plain(bench.settings().epochs(), bench.settings().batch(), seed);
        return new TrainingConfig(
                plain.epochs(),
                plain.batch(),
                Optimizer.adam(rate * RATE),
                plain.labelSmoothing(),
                plain.augmentation(),
                seed);
    }

    private Configuration configuration(String cell, int run, int rate) {
        return bench.configuration(
                cell, run, Map.of("optimizer", "adam 0.001", "rate", rate, "top", top, "secondEpochs", secondEpochs()));
    }

    private int secondEpochs() {
        return SECOND_EPOCHS * bench.settings().epochs();
    }

    private Cost cost() {
        return new Cost(
                (long) bench.settings().epochs() * bench.train().size(),
                bench.test().size());
    }

    /** Main classifier, router, and a second classifier of about the same number of steps at most. */
    private Cost slicedCost() {
        return cost().plus(cost()).plus(cost());
    }

    private Job.Result all(BaseRun base, PlanProgress progress) throws DivergedException, IOException, ModelException {
        LongTraining training = base.train(progress);
        double accuracy = training.training().predict(bench.test(), progress).accuracy();
        return new Job.Result(Workbench.illusive(base, accuracy), training.curves());
    }

    private Job.Result accuracy(Training training, PlanProgress progress) {
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("A", training.predict(bench.test(), progress).accuracy());
        return Job.Result.of(metrics);
    }

    private Dataset clean(BaseRun base, long seed, PlanProgress progress)
            throws DivergedException, IOException, ModelException, Job.NotPossibleException {
        base.ensureKnown(progress);
        return Figure2.trainingSet(Figure2.CLEAN, bench.train(), base.illusive(), seed);
    }

    /** Slices, trains the three networks, and glues. */
    private Job.Result sliced(BaseRun base, long seed, Configuration configuration, PlanProgress progress)
            throws DivergedException, IOException, ModelException, Job.NotPossibleException {
        Dataset clean = clean(base, seed, progress);
        IllusiveSamples illusive = base.illusive();
        EquivalenceClasses classes =
                EquivalenceClasses.of(bench.train(), base.statistics(), illusive, base.confusions(), top);
        if (classes.samples().size() == 0) {
            throw new Job.NotPossibleException(
                    "no illusive sample belongs to a top confusion: there is nothing to slice");
        }
        TrainingConfig config = config(seed, 1);
        Predictions main = train("main", clean, config, configuration, progress).predict(bench.test(), progress);
        TrainingConfig longer = new TrainingConfig(
                secondEpochs(), config.batch(), config.optimizer(), 0, config.augmentation(), config.seed());
        Predictions second = train("second", classes.samples(), longer, configuration, progress)
                .predict(withoutLabels(bench.test()), progress);
        Predictions router = train("router", router(illusive), config, configuration, progress)
                .predict(withoutLabels(bench.test()), progress);

        GluedClassifier glued = new GluedClassifier(main, second, classes.table());
        IllusiveSamples illusiveTest = base.illusiveTest();
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("A", main.accuracy());
        metrics.put("Aoracle", glued.accuracy(i -> illusiveTest.contains(main.ids()[i])));
        metrics.put("Arouter", glued.accuracy(i -> router.predicted()[i] == ILLUSIVE));
        metrics.put("routedOracle", (double) illusiveTest.count());
        metrics.put("routedRouter", (double) count(router.predicted()));
        metrics.put("equivalenceClasses", (double) classes.samples().classes());
        metrics.put("removed", (double) illusive.count());
        return Job.Result.of(metrics);
    }

    private static long count(int[] predicted) {
        return Arrays.stream(predicted).filter(p -> p == ILLUSIVE).count();
    }

    /** What the router learns: of all training samples, whether they are illusive. It never sees a test sample. */
    private Dataset router(IllusiveSamples illusive) {
        Dataset train = bench.train();
        int[] labels = new int[train.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = illusive.contains(train.ids()[i]) ? ILLUSIVE : 0;
        }
        return new Dataset(train.images(), train.ids(), labels, train.weights(), List.of("regular", "illusive"));
    }

    /** The labels of the data are no categories of the second classifier or the router. */
    private static Dataset withoutLabels(Dataset data) {
        return new Dataset(data.images(), data.ids(), new int[data.size()], data.weights(), data.classNames());
    }

    private Training train(
            String part, Dataset data, TrainingConfig config, Configuration configuration, PlanProgress progress)
            throws DivergedException, IOException, ModelException {
        LongTraining training =
                bench.trainer().start(bench.settings().network(), data, config, configuration, part, new TreeMap<>());
        return Trainer.toEnd(training, config, data, progress);
    }
}
