package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.data.Corpora;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Table1Cell;
import imagespace.experiment.Table1Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Table 1 from the command line. */
@Command(
        name = "table1",
        showDefaultValues = true,
        description = {
            "The paper's Table 1: a base run, its training samples split by confidence and illusiveness, and a fresh"
                    + " network for each of 13 training sets, without and with a random-noise class. Prints our"
                    + " figures beside the paper's.",
            "Each run is written to OUT/ledger.jsonl as it ends. Stop at any time: the same command goes on from"
                    + " there, and a larger --runs or more --cells only adds what is missing."
        },
        footer = {
            "Example, all cells on a fifth of CIFAR-10 (about 12 minutes on 2 fast cores):",
            "  imagespace table1 --data cifar10 --epochs 3 --train-limit 10000 --out out/small"
        })
public final class Table1Command implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

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
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often to repeat all of it with other seeds; the paper has 50.")
    private int runs;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "12", description = "Epochs of every training.")
    private int epochs;

    @Option(
            names = "--cells",
            paramLabel = "LIST",
            defaultValue = "all",
            description = "all, plain (without noise), noise (with it), base (base runs only), or cells such as"
                    + " 'hc+li .25', 's1 noise' or 'hc+*', separated by commas.")
    private String cells;

    @Option(
            names = "--noise-ratio",
            paramLabel = "X",
            defaultValue = "5",
            description = "Noise samples a natural one; the paper has 5.")
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

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Samples a training step.")
    private int batch;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Fixes every random choice.")
    private long seed;

    @Option(
            names = "--shared-base",
            description = "Split all runs by the base run of the first, instead of a fresh one each.")
    private boolean sharedBase;

    @Option(names = "--threads", paramLabel = "T", defaultValue = "0", description = "CPU threads, 0 for all cores.")
    private int threads;

    @Option(names = "--backend", paramLabel = "B", defaultValue = "auto", description = "auto, cpu or cuda.")
    private String backend;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/table1",
            description = "Where ledger, base predictions and tables go.")
    private Path out;

    /** Runs the experiment: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call() throws DataException, BackendUnavailableException, IOException {
        Table1Settings settings = settings();
        Corpus corpus = Corpora.open(data);
        try {
            Table1Session session = Table1Session.run(corpus, settings, backend, threads, out);
            spec.commandLine()
                    .getOut()
                    .print(Terminal.printable(session.report().text()));
            spec.commandLine().getOut().flush();
            return session.failed() == 0 ? 0 : 1;
        } catch (LedgerException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Table1Settings settings() {
        try {
            return new Table1Settings(
                    Table1Cell.parse(cells), runs, epochs, batch, noiseRatio, trainLimit, testLimit, seed, sharedBase);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
