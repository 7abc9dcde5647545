package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.model.LongTraining;
import imagespace.model.ModelException;
import imagespace.strategy.IllusiveSamples;
import imagespace.train.DivergedException;
import imagespace.train.Predictions;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Figure 2 (section 4.3): training on and on, past over-fitting, with and without the illusive samples.
 *
 * <pre>./imagespace figure2 --data cifar10 --out out/figure2</pre>
 *
 * Expected: with all samples the test loss falls and rises again; without the illusive ones it rises less, and still less
 * on the test samples that are not illusive themselves. The control, as many random samples left out, shows what is due
 * to the smaller number.
 *
 * <p>A run: a short base run finds the illusive samples; then three long trainings from the same initial weights.
 */
public final class Figure2 {
    /** Name of the experiment in ledgers. */
    public static final String NAME = "figure2";
    /** The base run, and the three training sets: all samples, without the illusive ones, without as many random ones. */
    public static final String BASE = "base";

    public static final String ALL = "all";
    public static final String CLEAN = "clean";
    public static final String RANDOM = "random";

    private final Workbench bench;
    private final int baseEpochs;
    private final List<BaseRun> bases = new ArrayList<>();
    private final Experiment experiment;

    /**
     * Makes the plan; nothing runs yet.
     *
     * @param baseEpochs epochs of the base run: few enough to stop before over-fitting
     */
    public Figure2(
            Corpus corpus,
            RunSettings settings,
            int baseEpochs,
            Backend backend,
            Ledger ledger,
            Path folder,
            String version) {
        bench = Workbench.of(NAME, corpus, settings, backend, ledger, folder, version);
        this.baseEpochs = baseEpochs;
        List<Job> jobs = new ArrayList<>();
        for (int run = 0; run < settings.runs(); run++) {
            BaseRun base = base(run);
            bases.add(base);
            long seed = settings.runSeed(run);
            jobs.add(new Job(
                    BASE,
                    run,
                    baseSeed(run),
                    configuration(BASE, run),
                    base.cost(),
                    progress -> baseRun(base, progress)));
            for (String cell : List.of(ALL, CLEAN, RANDOM)) {
                Configuration configuration = configuration(cell, run);
                jobs.add(new Job(
                        cell,
                        run,
                        seed,
                        configuration,
                        cost(),
                        progress -> train(cell, base, seed, configuration, progress)));
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

    private Configuration configuration(String cell, int run) {
        return bench.configuration(
                cell, run, Map.of("baseSeed", baseSeed(run), "baseEpochs", baseEpochs, "optimizer", "adam 0.001"));
    }

    /** Another seed than that of the long trainings: none starts with the weights that found its illusive samples. */
    private long baseSeed(int run) {
        return Philox.derive(bench.settings().runSeed(run), RandomStream.RUN, 0);
    }

    private BaseRun base(int run) {
        TrainingConfig config =
                TrainingConfig.plain(baseEpochs, bench.settings().batch(), baseSeed(run));
        return new BaseRun(
                bench.trainer(), bench.settings(), bench.train(), bench.test(), config, configuration(BASE, run));
    }

    private Cost cost() {
        long epochs = bench.settings().epochs();
        return new Cost(epochs * bench.train().size(), epochs * bench.test().size());
    }

    private Job.Result baseRun(BaseRun base, PlanProgress progress)
            throws DivergedException, IOException, ModelException {
        double accuracy =
                base.train(progress).training().predict(bench.test(), progress).accuracy();
        return Job.Result.of(Workbench.illusive(base, accuracy));
    }

    private Job.Result train(String cell, BaseRun base, long seed, Configuration configuration, PlanProgress progress)
            throws DivergedException, IOException, ModelException, Job.NotPossibleException {
        base.ensureKnown(progress);
        Dataset samples = trainingSet(cell, bench.train(), base.illusive(), seed);
        int[] clean = notIllusive(bench.test(), base.illusiveTest());
        TrainingConfig config =
                TrainingConfig.plain(bench.settings().epochs(), bench.settings().batch(), seed);
        LongTraining training =
                bench.trainer().start(bench.settings().network(), samples, config, configuration, new TreeMap<>());
        while (!training.done()) {
            progress.epoch(training.epoch(progress), config.epochs(), samples.size());
            Predictions test = training.training().predict(bench.test(), progress);
            training.add("testLoss", test.loss());
            training.add("testAccuracy", test.accuracy());
            training.add("testLossClean", test.at(clean).loss());
            training.add("testAccuracyClean", test.at(clean).accuracy());
            training.checkpoint();
        }
        SortedMap<String, double[]> curves = training.curves();
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("A", curves.get("testAccuracy")[config.epochs() - 1]);
        metrics.put("overfit", rise(curves.get("testLoss")));
        metrics.put("overfitClean", rise(curves.get("testLossClean")));
        metrics.put("removed", (double) bench.train().size() - samples.size());
        return new Job.Result(metrics, curves);
    }

    /** The training set of a cell: {@link #ALL}, {@link #CLEAN} or {@link #RANDOM}. */
    static Dataset trainingSet(String cell, Dataset train, IllusiveSamples illusive, long seed)
            throws Job.NotPossibleException {
        if (illusive.removedFrom(train).size() == 0) {
            throw new Job.NotPossibleException("all " + train.size()
                    + " samples are illusive: the base run learned nothing; give it more epochs or samples");
        }
        return switch (cell) {
            case CLEAN -> illusive.removedFrom(train);
            case RANDOM -> illusive.randomRemovedFrom(train, seed);
            default -> train;
        };
    }

    private static int[] notIllusive(Dataset test, IllusiveSamples illusive) throws Job.NotPossibleException {
        int[] positions = IntStream.range(0, test.size())
                .filter(i -> !illusive.contains(test.ids()[i]))
                .toArray();
        if (positions.length == 0) {
            throw new Job.NotPossibleException("all test samples are illusive: the base run learned nothing");
        }
        return positions;
    }

    /** How far a loss has risen at the end above its smallest value: over-fitting as the figure shows it. */
    static double rise(double[] loss) {
        return loss[loss.length - 1] - Arrays.stream(loss).min().orElseThrow();
    }
}
