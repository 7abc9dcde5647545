package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.cli.ExperimentOptions.Size;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.LedgerException;
import imagespace.experiment.RunSettings;
import imagespace.experiment.Table1;
import imagespace.experiment.Table1Cell;
import imagespace.experiment.Table1Settings;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "Example, all cells once on a fifth of CIFAR-10 (--dry-run says how long it takes):",
            "  imagespace table1 --data cifar10 --runs 1 --epochs 3 --out out/small"
        })
public final class Table1Command implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

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
            description = "Noise samples for each natural one; the paper has 5.")
    private double noiseRatio;

    @Option(
            names = "--shared-base",
            description = "Split all runs by the base run of the first, instead of a fresh one each.")
    private boolean sharedBase;

    @Mixin
    private ExperimentOptions options;

    /** Runs the experiment: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call() throws DataException, BackendUnavailableException, LedgerException, IOException {
        Table1Settings settings = settings();
        if (sharedBase && options.parallelRuns() > 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "with --shared-base all runs wait for the first: leave out it or --parallel-runs");
        }
        Corpus corpus = options.corpus();
        Optional<Table1Session> session = Table1Session.run(
                corpus, settings, options.computing(), options.parallelRuns(), options.out(), options.dryRun());
        if (session.isEmpty()) {
            return 0;
        }
        spec.commandLine()
                .getOut()
                .print(Terminal.printable(session.get().report().text()));
        spec.commandLine().getOut().flush();
        return session.get().failed() == 0 ? 0 : 1;
    }

    private Table1Settings settings() {
        RunSettings common = options.settings(
                Table1.NETWORK,
                new Size(1, 4, 500, 300),
                new Size(5, 12, 10_000, Size.ALL),
                new Size(50, 12, Size.ALL, Size.ALL));
        try {
            return new Table1Settings(
                    Table1Cell.parse(cells),
                    common.runs(),
                    common.epochs(),
                    common.batch(),
                    noiseRatio,
                    common.trainLimit(),
                    common.testLimit(),
                    common.seed(),
                    sharedBase);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
