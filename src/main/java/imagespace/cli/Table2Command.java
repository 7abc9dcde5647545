package imagespace.cli;

import imagespace.attack.Fgsm;
import imagespace.backend.BackendUnavailableException;
import imagespace.cli.ExperimentOptions.Size;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.Experiment;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.experiment.RunSettings;
import imagespace.experiment.Table2;
import imagespace.model.ModelException;
import imagespace.nn.Architecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Table 2 from the command line. */
@Command(
        name = "table2",
        showDefaultValues = true,
        description = {
            "The paper's Table 2: is a network harder to attack if it is trained without the illusive samples? Accuracy on"
                    + " legitimate images and under FGSM at four sizes, beside as many random samples left out. The"
                    + " paper's table has two halves: 6 epochs (--profile paper) and 50 (with --epochs 50).",
            "Each run is written to OUT/ledger.jsonl as it ends. Stop at any time: the same command goes on from there."
        },
        footer = {"Example:", "  imagespace table2 --data cifar10 --runs 3 --epochs 6 --net allconv/32 --out out/table2"
        })
public final class Table2Command implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ExperimentOptions options;

    @Mixin
    private StatisticsOptions statistics;

    @Option(
            names = "--net",
            paramLabel = "NET",
            description = "allconv (the paper's), or allconv/N with N filters in the first layer instead of 64"
                    + " (default: allconv, /16 with --profile reduced, /8 with smoke).",
            showDefaultValue = Visibility.NEVER)
    private String network;

    @Option(
            names = "--label",
            paramLabel = "WHOSE",
            defaultValue = "predicted",
            description = "The label that the attack leads away from: predicted (CleverHans' default) or true.")
    private Fgsm.Label label;

    /** Runs the experiment: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call()
            throws DataException, BackendUnavailableException, LedgerException, ModelException, IOException {
        RunSettings settings = options.settings(
                network(),
                statistics,
                new Size(1, 6, 1000, 300),
                new Size(3, 6, Size.ALL, Size.ALL),
                new Size(20, 6, Size.ALL, Size.ALL));
        Corpus corpus = options.corpus();
        ExperimentSession.checkSize(corpus, settings.network());
        Path out = options.out();
        try (BackendGroup backends = options.openBackends(settings.runs());
                Ledger ledger = ExperimentSession.openLedger(out, options.dryRun())) {
            List<Table2> sides = backends.each(
                    backend -> new Table2(corpus, settings, label, backend, ledger, out, Main.Version.current()));
            Table2 table2 = sides.getFirst();
            List<Experiment> experiments =
                    sides.stream().map(Table2::experiment).toList();
            OptionalInt failed =
                    ExperimentSession.run(experiments, corpus, settings, backends, ledger, out, options.dryRun());
            if (failed.isEmpty()) {
                return 0;
            }
            SampleReport.write(corpus, table2.baseRun(0), out);
            ExperimentSession.writeTables(
                    ExperimentSession.studies(ledger, Table2.NAME),
                    "Table 2",
                    out.resolve("table2.md"),
                    spec.commandLine().getOut());
            return failed.getAsInt() == 0 ? 0 : 1;
        }
    }

    private String network() {
        String chosen = network == null ? options.size("allconv/8", "allconv/16", "allconv") : network;
        try {
            Architecture.named(chosen, 32, 32, 3, 10);
            return chosen;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--net: " + e.getMessage(), e);
        }
    }
}
