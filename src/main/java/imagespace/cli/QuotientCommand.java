package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.cli.ExperimentOptions.Size;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.Experiment;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Quotient;
import imagespace.experiment.RunSettings;
import imagespace.model.ModelException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Slicing and gluing from the command line. */
@Command(
        name = "quotient",
        showDefaultValues = true,
        description = {
            "Slicing and gluing: illusive samples of the most confused classes become equivalence classes, a second"
                    + " classifier learns them, a look-up table glues them back. Test accuracy with an oracle that knows"
                    + " which test samples are illusive (the paper's), and with a router learned from training samples only"
                    + " (what one could deploy); and larger learning rates before and after.",
            "Each run is written to OUT/ledger.jsonl as it ends. Stop at any time: the same command goes on from there."
        },
        footer = {"Example:", "  imagespace quotient --data cifar10 --runs 3 --train-limit 10000 --out out/quotient"})
public final class QuotientCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ExperimentOptions options;

    @Mixin
    private StatisticsOptions statistics;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many confusions of classes count as top ones.")
    private int top;

    /** Runs the experiment: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call()
            throws DataException, BackendUnavailableException, LedgerException, ModelException, IOException {
        RunSettings settings = options.settings(
                "keras",
                statistics,
                new Size(1, 6, 1000, 300),
                new Size(3, 12, 10_000, Size.ALL),
                new Size(20, 12, Size.ALL, Size.ALL));
        Corpus corpus = options.corpus();
        ExperimentSession.checkSize(corpus, settings.network());
        Path out = options.out();
        try (BackendGroup backends = options.openBackends(settings.runs());
                Ledger ledger = ExperimentSession.openLedger(out, options.dryRun())) {
            List<Quotient> sides = backends.each(
                    backend -> new Quotient(corpus, settings, top(), backend, ledger, out, Main.Version.current()));
            Quotient quotient = sides.getFirst();
            List<Experiment> experiments =
                    sides.stream().map(Quotient::experiment).toList();
            OptionalInt failed =
                    ExperimentSession.run(experiments, corpus, settings, backends, ledger, out, options.dryRun());
            if (failed.isEmpty()) {
                return 0;
            }
            SampleReport.write(corpus, quotient.baseRun(0), out);
            ExperimentSession.writeTables(
                    ExperimentSession.studies(ledger, Quotient.NAME),
                    "Slicing and gluing",
                    out.resolve("quotient.md"),
                    spec.commandLine().getOut());
            return failed.getAsInt() == 0 ? 0 : 1;
        }
    }

    private int top() {
        if (top < 1) {
            throw new ParameterException(spec.commandLine(), "--top is at least 1, not " + top);
        }
        return top;
    }
}
