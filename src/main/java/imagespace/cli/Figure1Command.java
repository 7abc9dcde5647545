package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.experiment.Figure1;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.report.Figures;
import imagespace.report.Grid;
import imagespace.report.Study;
import imagespace.report.StudyGrids;
import imagespace.report.WholeFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Figure 1 from the command line. */
@Command(
        name = "figure1",
        showDefaultValues = true,
        description = {
            "The paper's Figure 1: f(x) = sign(x - 0.5) on [0, 1), learned from samples around the step and from as many at"
                    + " both ends. Draws both learned curves to OUT/figure1.svg.",
            "Each run is written to OUT/ledger.jsonl as it ends. Stop at any time: the same command goes on from there."
        })
public final class Figure1Command implements Callable<Integer> {
    /** Runs, samples and epochs by profile; the paper names the samples only. */
    private record Size(int runs, int samples, int epochs) {}

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
            names = "--profile",
            paramLabel = "P",
            defaultValue = "reduced",
            description = "smoke (seconds), reduced, or paper (40,000 samples); sets what the other options do not.")
    private Profile profile;

    @Option(names = "--dry-run", description = "Show the plan with the time that it will take, and stop there.")
    private boolean dryRun;

    @Option(names = "--runs", paramLabel = "N", description = "How often to repeat it with other seeds.")
    private Integer runs;

    @Option(names = "--samples", paramLabel = "N", description = "Training samples.")
    private Integer samples;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over them.")
    private Integer epochs;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Fixes every random choice.")
    private long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/figure1",
            description = "Where ledger and picture go.")
    private Path out;

    /** Runs the experiment: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call() throws BackendUnavailableException, LedgerException, IOException {
        Size size = switch (profile) {
            case SMOKE -> new Size(3, 40_000, 3);
            case REDUCED -> new Size(10, 40_000, 10);
            case PAPER -> new Size(20, 40_000, 10);
        };
        try (Backend backend = computing.open();
                Ledger ledger = ExperimentSession.openLedger(out, dryRun)) {
            Figure1 figure1 = figure1(size, backend, ledger);
            List<String> caption = List.of(
                    String.format(Locale.ROOT, "f(x) = sign(x - 0.5), seed %d", seed),
                    "Backend: " + backend.name() + " (" + backend.describe() + ")");
            OptionalInt failed = ExperimentSession.run(
                    List.of(figure1.experiment()),
                    ledger,
                    out,
                    caption,
                    () -> StepTime.measure(figure1.trialStep(), Figure1.BATCH),
                    dryRun);
            if (failed.isEmpty()) {
                return 0;
            }
            write(ledger);
            return failed.getAsInt() == 0 ? 0 : 1;
        }
    }

    private void write(Ledger ledger) throws IOException {
        PrintWriter print = spec.commandLine().getOut();
        List<Study> studies = ExperimentSession.studies(ledger, Figure1.NAME);
        for (int i = 0; i < studies.size(); i++) {
            Grid grid = StudyGrids.of(studies.get(i));
            print.println(Terminal.printable(grid.text()));
            Path picture = ExperimentSession.picture(out, "figure1", i, studies.size());
            WholeFile.write(picture, Figures.figure1(studies.get(i)));
            print.println("Both learned curves: " + picture);
        }
        print.flush();
    }

    private Figure1 figure1(Size size, Backend backend, Ledger ledger) {
        try {
            return new Figure1(
                    runs == null ? size.runs : runs,
                    samples == null ? size.samples : samples,
                    epochs == null ? size.epochs : epochs,
                    seed,
                    backend,
                    ledger,
                    Main.Version.current());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
