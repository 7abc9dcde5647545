package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.data.Corpora;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.RunSettings;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options that the experiments have in common. What is not given, the profile decides. */
final class ExperimentOptions {
    /** The size of an experiment by profile. */
    record Size(int runs, int epochs, int trainLimit, int testLimit) {
        static final int ALL = Integer.MAX_VALUE;
    }

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = "--profile",
            paramLabel = "P",
            defaultValue = "reduced",
            description =
                    "smoke (at most a minute, on scenes), reduced (minutes to an evening on a CPU), or paper (as printed);"
                            + " sets what the other options do not.")
    private Profile profile;

    @Option(
            names = "--dry-run",
            description = "Show the plan with the time that it will take, and stop there.",
            showDefaultValue = Visibility.NEVER)
    private boolean dryRun;

    @Option(
            names = "--data",
            paramLabel = "D",
            description = "scenes, cifar10, or the path of a data set; with --profile smoke scenes is the default.")
    private String data;

    @Option(names = "--runs", paramLabel = "N", description = "How often to repeat all of it with other seeds.")
    private Integer runs;

    @Option(names = "--epochs", paramLabel = "N", description = "Epochs of a training.")
    private Integer epochs;

    @Option(
            names = "--train-limit",
            paramLabel = "N",
            description = "Use only so many training samples, chosen at random by the seed.")
    private Integer trainLimit;

    @Option(names = "--test-limit", paramLabel = "N", description = "Use only so many test samples, likewise.")
    private Integer testLimit;

    @Option(
            names = "--batch",
            paramLabel = "N",
            description = "Samples a training step (default: 128, or 32 with --profile smoke).")
    private Integer batch;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Fixes every random choice.")
    private long seed;

    @Option(
            names = "--parallel-runs",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How many runs go on side by side, on shares of the CPU's threads or streams of the GPU; auto:"
                            + " one a thread, or 8 on a GPU. Results are the same.")
    private String parallelRuns = "1";

    @Mixin
    private BackendOptions computing = new BackendOptions();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where ledger, tables and pictures go (default: out/COMMAND).")
    private Path out;

    /** The settings of an experiment on training statistics, with what the profile says where no option does. */
    RunSettings settings(String network, StatisticsOptions statistics, Size smoke, Size reduced, Size paper) {
        return settings(
                network,
                size(smoke, reduced, paper),
                statistics.tolerance(),
                statistics.recordAfterEpoch(),
                statistics.checkpointEvery());
    }

    /** The settings of an experiment without them. */
    RunSettings settings(String network, Size smoke, Size reduced, Size paper) {
        return settings(network, size(smoke, reduced, paper), 0, false, Duration.ofMinutes(1));
    }

    private RunSettings settings(
            String network, Size size, int tolerance, boolean recordAfterEpoch, Duration checkpointEvery) {
        try {
            return new RunSettings(
                    runs == null ? size.runs : runs,
                    network,
                    epochs == null ? size.epochs : epochs,
                    batch == null ? size(32, 128, 128) : batch,
                    trainLimit == null ? size.trainLimit : trainLimit,
                    testLimit == null ? size.testLimit : testLimit,
                    seed,
                    tolerance,
                    recordAfterEpoch,
                    checkpointEvery);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** What the profile says. */
    <T> T size(T smoke, T reduced, T paper) {
        return switch (profile) {
            case SMOKE -> smoke;
            case REDUCED -> reduced;
            case PAPER -> paper;
        };
    }

    /** Opens the data set. */
    Corpus corpus() throws DataException {
        if (data == null && profile != Profile.SMOKE) {
            throw new ParameterException(
                    spec.commandLine(), "give --data scenes, cifar10 or the path of a data set, or --profile smoke");
        }
        return Corpora.open(data == null ? "scenes" : data);
    }

    /**
     * Opens the backends, one for each run that goes on beside others.
     *
     * @param runs of the experiment
     */
    BackendGroup openBackends(int runs) throws BackendUnavailableException {
        return new BackendGroup(computing, Math.min(runs, parallelRuns()));
    }

    /** How many runs may go on side by side. */
    int parallelRuns() {
        if (parallelRuns.equals("auto")) {
            return computing.worthwhile();
        }
        try {
            int count = Integer.parseInt(parallelRuns);
            if (count >= 1) {
                return count;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new ParameterException(
                spec.commandLine(), "--parallel-runs is auto, or a number of 1 or more, not '" + parallelRuns + "'");
    }

    /** What computes. */
    BackendOptions computing() {
        return computing;
    }

    Path out() {
        return out == null ? Path.of("out", spec.name()) : out;
    }

    boolean dryRun() {
        return dryRun;
    }
}
