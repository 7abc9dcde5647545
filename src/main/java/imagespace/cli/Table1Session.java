package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.Experiment;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Metrics;
import imagespace.experiment.Table1;
import imagespace.experiment.Table1Cell;
import imagespace.experiment.Table1Settings;
import imagespace.report.CellFigures;
import imagespace.report.Table1Report;
import imagespace.report.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What the commands {@code table1} and {@code quickstart} have in common: says what will be done, does it, and writes
 * {@code table1.md} (all that the ledger holds, with intervals) and {@code table1.csv} (the runs asked for, in full precision)
 * beside the ledger. Progress goes to standard error.
 *
 * @param table1 the experiment, done
 * @param report our figures beside the paper's
 * @param failed number of failed runs
 */
record Table1Session(Table1 table1, Table1Report report, int failed) {
    /**
     * @param parallelRuns how many runs may go on side by side
     * @return nothing after a dry run
     */
    static Optional<Table1Session> run(
            Corpus corpus,
            Table1Settings settings,
            BackendOptions computing,
            int parallelRuns,
            Path out,
            boolean dryRun)
            throws IOException, LedgerException, BackendUnavailableException, DataException {
        ExperimentSession.checkSize(corpus, Table1.NETWORK);
        try (BackendGroup backends = new BackendGroup(computing, Math.min(parallelRuns, settings.runs()));
                Ledger ledger = ExperimentSession.openLedger(out, dryRun)) {
            List<Table1> sides = backends.each(
                    backend -> new Table1(corpus, settings, backend, ledger, out, Main.Version.current()));
            Table1 table1 = sides.getFirst();
            List<String> caption = caption(corpus, settings, table1, backends);
            Supplier<StepTime> time =
                    () -> StepTime.measure(backends.first(), Table1.NETWORK, table1.train(), settings.batch());
            List<Experiment> experiments =
                    sides.stream().map(Table1::experiment).toList();
            OptionalInt failed = ExperimentSession.run(experiments, ledger, out, caption, time, dryRun);
            if (failed.isEmpty()) {
                return Optional.empty();
            }
            Table1Report report = report(caption, settings, table1);
            ExperimentSession.writeMarkdown(
                    ExperimentSession.studies(ledger, Table1.NAME), "Table 1", out.resolve("table1.md"));
            WholeFile.write(out.resolve("table1.csv"), report.csv());
            return Optional.of(new Table1Session(table1, report, failed.getAsInt()));
        }
    }

    private static List<String> caption(Corpus corpus, Table1Settings settings, Table1 table1, BackendGroup backends) {
        return List.of(
                ExperimentSession.describe(corpus, table1.train(), table1.test()),
                String.format(
                        Locale.ROOT,
                        "Settings: runs %d, epochs %d, batch %d, noise samples a natural one %s, seed %d, %s",
                        settings.runs(),
                        settings.epochs(),
                        settings.batch(),
                        number(settings.noiseRatio()),
                        settings.seed(),
                        settings.sharedBase() ? "one base run for all runs" : "a base run each run"),
                "Backend: " + backends.describe());
    }

    /** 5 rather than 5.0. */
    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static Table1Report report(List<String> caption, Table1Settings settings, Table1 table1) {
        List<String> lines = new ArrayList<>(caption);
        List<Metrics> base = table1.baseResults();
        if (!base.isEmpty()) {
            CellFigures figures = CellFigures.of(base, false);
            lines.add(String.format(
                    Locale.ROOT,
                    "Base runs: %d, test accuracy %.2f %% on the mean",
                    figures.runs(),
                    figures.accuracy()));
        }
        lines.add("Percent, except N (test samples). Paper: means of 50 runs on all of CIFAR-10.");
        Map<Table1Cell, CellFigures> ours = new LinkedHashMap<>();
        for (Table1Cell cell : settings.cells()) {
            ours.put(cell, CellFigures.of(table1.results(cell), cell.noise()));
        }
        return new Table1Report(lines, ours);
    }
}
