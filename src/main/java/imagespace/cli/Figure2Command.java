package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.cli.ExperimentOptions.Size;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.Experiment;
import imagespace.experiment.Figure2;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.experiment.RunSettings;
import imagespace.model.ModelException;
import imagespace.report.Figures;
import imagespace.report.Study;
import imagespace.report.WholeFile;
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

/** Figure 2 from the command line. */
@Command(
        name = "figure2",
        showDefaultValues = true,
        description = {
            "The paper's Figure 2: long training on all samples, without the illusive ones (those that a base run gets wrong"
                    + " again and again), and without as many random ones. Draws loss and accuracy by epoch, on all test"
                    + " samples and without the illusive ones.",
            "Each run is written to OUT/ledger.jsonl as it ends. Stop at any time: the same command goes on from there."
        },
        footer = {
            "Example:",
            "  imagespace figure2 --data cifar10 --runs 3 --epochs 40 --train-limit 10000 --out out/figure2"
        })
public final class Figure2Command implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ExperimentOptions options;

    @Mixin
    private StatisticsOptions statistics;

    @Option(
            names = "--base-epochs",
            paramLabel = "N",
            description =
                    "Epochs of the base run that finds the illusive samples (default: 12, or 6 with --profile smoke).",
            showDefaultValue = Visibility.NEVER)
    private Integer baseEpochs;

    /** Runs the experiment: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call()
            throws DataException, BackendUnavailableException, LedgerException, ModelException, IOException {
        RunSettings settings = options.settings(
                "keras",
                statistics,
                new Size(1, 12, 1000, 300),
                new Size(3, 40, 10_000, Size.ALL),
                new Size(20, 100, Size.ALL, Size.ALL));
        Corpus corpus = options.corpus();
        ExperimentSession.checkSize(corpus, settings.network());
        Path out = options.out();
        try (BackendGroup backends = options.openBackends(settings.runs());
                Ledger ledger = ExperimentSession.openLedger(out, options.dryRun())) {
            List<Figure2> sides = backends.each(backend ->
                    new Figure2(corpus, settings, baseEpochs(), backend, ledger, out, Main.Version.current()));
            Figure2 figure2 = sides.getFirst();
            List<Experiment> experiments =
                    sides.stream().map(Figure2::experiment).toList();
            OptionalInt failed =
                    ExperimentSession.run(experiments, corpus, settings, backends, ledger, out, options.dryRun());
            if (failed.isEmpty()) {
                return 0;
            }
            SampleReport.write(corpus, figure2.baseRun(0), out);
            List<Study> studies = ExperimentSession.studies(ledger, Figure2.NAME);
            ExperimentSession.writeTables(
                    studies,
                    "Figure 2",
                    out.resolve("figure2.md"),
                    spec.commandLine().getOut());
            for (int i = 0; i < studies.size(); i++) {
                Path loss = ExperimentSession.picture(out, "figure2-loss", i, studies.size());
                Path accuracy = ExperimentSession.picture(out, "figure2-accuracy", i, studies.size());
                WholeFile.write(loss, Figures.figure2Loss(studies.get(i)));
                WholeFile.write(accuracy, Figures.figure2Accuracy(studies.get(i)));
                spec.commandLine().getOut().println("Curves: " + loss + ", " + accuracy);
            }
            spec.commandLine().getOut().flush();
            return failed.getAsInt() == 0 ? 0 : 1;
        }
    }

    private int baseEpochs() {
        int epochs = baseEpochs == null ? options.size(6, 12, 12) : baseEpochs;
        if (epochs < 1) {
            throw new ParameterException(spec.commandLine(), "--base-epochs is at least 1, not " + epochs);
        }
        return epochs;
    }
}
