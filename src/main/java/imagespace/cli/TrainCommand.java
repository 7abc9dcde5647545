package imagespace.cli;

import imagespace.backend.Augmentation;
import imagespace.backend.BackendUnavailableException;
import imagespace.data.Corpora;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.LedgerException;
import imagespace.experiment.ModelTraining;
import imagespace.experiment.RunSettings;
import imagespace.model.ModelException;
import imagespace.nn.Architecture;
import imagespace.optim.Optimizer;
import imagespace.report.WholeFile;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** One training from the command line. */
@Command(
        name = "train",
        showDefaultValues = true,
        description = {
            "Trains a network on all samples and keeps it: OUT/model.safetensors, with its curves in OUT/training.csv.",
            "Stop at any time: the same command goes on from the last checkpoint, to the same weights."
        },
        footer = {"Example:", "  imagespace train --data cifar10 --net keras --epochs 12 --out out/train"})
public final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private BackendOptions computing = new BackendOptions();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "D",
            description = "scenes, cifar10, or the path of a data set.")
    private String data;

    @Option(
            names = "--net",
            paramLabel = "NET",
            defaultValue = "keras",
            description = "keras, allconv, or allconv/N with N filters in the first layer instead of 64.")
    private String network;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "12", description = "Passes over the samples.")
    private int epochs;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Samples a training step.")
    private int batch;

    @Option(names = "--rate", paramLabel = "X", defaultValue = "0.001", description = "Learning rate of Adam.")
    private double rate;

    @Option(
            names = "--label-smoothing",
            paramLabel = "X",
            defaultValue = "0",
            description = "Share of the target that goes to all classes alike.")
    private double labelSmoothing;

    @Option(names = "--augment", description = "Flip and shift training images at random.")
    private boolean augment;

    @Option(
            names = "--noise-ratio",
            paramLabel = "X",
            defaultValue = "0",
            description = "Noise samples for each natural one; the paper has 5, 0 is for no noise class.")
    private double noiseRatio;

    @Option(
            names = "--train-limit",
            paramLabel = "N",
            description = "Use only so many training samples, chosen at random by the seed.",
            showDefaultValue = Visibility.NEVER)
    private int trainLimit = Integer.MAX_VALUE;

    @Option(
            names = "--test-limit",
            paramLabel = "N",
            description = "Use only so many test samples, likewise.",
            showDefaultValue = Visibility.NEVER)
    private int testLimit = Integer.MAX_VALUE;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Fixes every random choice.")
    private long seed;

    @Option(
            names = "--statistics",
            paramLabel = "FILE",
            description =
                    "Write what the network says of every training sample in every epoch, as CSV (.csv or .csv.gz).",
            showDefaultValue = Visibility.NEVER)
    private Path statistics;

    @Option(
            names = "--record-after-epoch",
            description =
                    "Read these statistics after each epoch with dropout off, for about a third more time, instead of"
                            + " from the training pass itself.")
    private boolean recordAfterEpoch;

    @Option(
            names = "--checkpoint-every",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How much time a kill may cost.")
    private long checkpointEvery;

    @Option(names = "--dry-run", description = "Show the plan with the time that it will take, and stop there.")
    private boolean dryRun;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/train",
            description = "Where model, curves and ledger go.")
    private Path out;

    /** Trains: 0 if the model is there, 1 if the training failed. */
    @Override
    public Integer call()
            throws DataException, BackendUnavailableException, LedgerException, ModelException, IOException {
        RunSettings settings = settings();
        TrainingConfig config = config();
        if (statistics != null && !dryRun) {
            WholeFile.prepare(statistics);
        }
        Corpus corpus = Corpora.open(data);
        ExperimentSession.checkSize(corpus, network);
        try (BackendGroup backends = new BackendGroup(computing, 1);
                Ledger ledger = ExperimentSession.openLedger(out, dryRun)) {
            ModelTraining training = new ModelTraining(
                    corpus,
                    settings,
                    config,
                    noiseRatio,
                    statistics,
                    backends.first(),
                    ledger,
                    out,
                    Main.Version.current());
            checkStart(ledger, training);
            OptionalInt failed = ExperimentSession.run(
                    List.of(training.experiment()), corpus, settings, backends, ledger, out, dryRun);
            if (failed.isPresent() && failed.getAsInt() == 0) {
                report(training.result().orElseThrow());
            }
            return failed.orElse(0) == 0 ? 0 : 1;
        }
    }

    /** A folder holds one model: none is overwritten by another, and a lost one is not taken for trained. */
    private void checkStart(Ledger ledger, ModelTraining training) {
        boolean model = Files.exists(out.resolve(ModelTraining.MODEL));
        boolean trained = training.experiment().pending() == 0;
        if (trained && !model) {
            throw new ParameterException(
                    spec.commandLine(),
                    out.resolve(Ledger.FILE) + " says that it is trained, but " + ModelTraining.MODEL
                            + " is gone: delete the ledger to train again");
        }
        if (trained && statistics != null && !Files.exists(statistics)) {
            throw new ParameterException(
                    spec.commandLine(),
                    out + " is trained already, without " + statistics + "; give another --out to train and record");
        }
        if (!trained
                && ledger.entries().stream()
                        .anyMatch(
                                entry -> entry.finished() && entry.experiment().equals(ModelTraining.NAME))) {
            throw new ParameterException(
                    spec.commandLine(), out + " holds a model that was trained otherwise; give another --out");
        }
    }

    private RunSettings settings() {
        try {
            Architecture.named(network, 32, 32, 3, 10);
            return new RunSettings(
                    1,
                    network,
                    epochs,
                    batch,
                    trainLimit,
                    testLimit,
                    seed,
                    0,
                    recordAfterEpoch,
                    Duration.ofSeconds(inRange("--checkpoint-every", checkpointEvery, 0, Integer.MAX_VALUE)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private TrainingConfig config() {
        inRange("--noise-ratio", noiseRatio, 0, 1000);
        return new TrainingConfig(
                epochs,
                batch,
                Optimizer.adam((float) inRange("--rate", rate, 0, 10)),
                (float) inRange("--label-smoothing", labelSmoothing, 0, 1),
                augment ? Augmentation.FLIP_AND_SHIFT : Augmentation.NONE,
                seed);
    }

    private double inRange(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new ParameterException(
                    spec.commandLine(), option + " lies in " + least + " to " + most + ", not at " + value);
        }
        return value;
    }

    private long inRange(String option, long value, long least, long most) {
        return (long) inRange(option, (double) value, (double) least, (double) most);
    }

    private void report(LedgerEntry entry) throws IOException {
        StringBuilder csv = new StringBuilder("epoch,trainLoss,trainAccuracy,testAccuracy\n");
        for (int e = 0; e < epochs; e++) {
            csv.append(e + 1);
            for (String curve : Arrays.asList("trainLoss", "trainAccuracy", "testAccuracy")) {
                csv.append(',').append(entry.curves().get(curve)[e]);
            }
            csv.append('\n');
        }
        WholeFile.write(out.resolve("training.csv"), csv.toString());
        PrintWriter print = spec.commandLine().getOut();
        print.printf(
                Locale.ROOT,
                "Test accuracy %.2f %%; the model: %s%n",
                100 * entry.metrics().get("A"),
                out.resolve(ModelTraining.MODEL));
        print.flush();
    }
}
