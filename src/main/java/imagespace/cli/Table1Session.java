package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.backend.Backends;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.data.Images;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Metrics;
import imagespace.experiment.PlanProgress;
import imagespace.experiment.Table1;
import imagespace.experiment.Table1Cell;
import imagespace.experiment.Table1Settings;
import imagespace.nn.Architecture;
import imagespace.nn.Network;
import imagespace.report.CellFigures;
import imagespace.report.Table1Report;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the commands {@code table1} and {@code quickstart} have in common: says what will be done, does it, and writes
 * {@code table1.md} and {@code table1.csv} beside the ledger. Progress goes to standard error.
 *
 * @param table1 the experiment, done
 * @param report our figures beside the paper's
 * @param failed number of failed runs
 */
record Table1Session(Table1 table1, Table1Report report, int failed) {
    static Table1Session run(Corpus corpus, Table1Settings settings, String backendName, int threads, Path out)
            throws IOException, LedgerException, BackendUnavailableException, DataException {
        checkSize(corpus);
        PrintStream err = System.err;
        try (Backend backend = Backends.open(backendName, threads);
                Ledger ledger = Ledger.open(out, err::println)) {
            Table1 table1 = new Table1(corpus, settings, backend, ledger, out, Main.Version.current());
            List<String> caption = caption(corpus, settings, table1, backend);
            caption.forEach(err::println);
            err.printf(
                    Locale.ROOT,
                    "To do: %d trainings, %,d images; %d are done already, in %s%n",
                    table1.pending(),
                    table1.pendingImages(),
                    table1.planned() - table1.pending(),
                    out.resolve(Ledger.FILE));
            int failed;
            try (StopNote _ = new StopNote(
                            ledger,
                            err,
                            "Stopped. Finished runs are kept in " + out + "; the same command goes on from there.");
                    PlanProgress progress = PlanProgress.on(err, Terminal.errorColumns(), table1.pendingImages())) {
                failed = table1.run(progress);
            }
            Table1Report report = report(caption, settings, table1);
            write(out.resolve("table1.md"), report.markdown());
            write(out.resolve("table1.csv"), report.csv());
            if (failed > 0) {
                err.println(failed + " of the trainings failed; " + out.resolve(Ledger.FILE)
                        + " holds the reasons, and the same command tries them again");
            }
            return new Table1Session(table1, report, failed);
        }
    }

    private static void checkSize(Corpus corpus) throws DataException {
        Images images = corpus.train().images();
        try {
            Network.check(Architecture.keras(
                    images.height(),
                    images.width(),
                    images.channels(),
                    corpus.train().classes()));
        } catch (IllegalArgumentException e) {
            throw new DataException(
                    corpus.name() + ": images of " + images.height() + "x" + images.width()
                            + " are too small for the network (" + e.getMessage() + "); use larger ones",
                    e);
        }
    }

    private static List<String> caption(Corpus corpus, Table1Settings settings, Table1 table1, Backend backend) {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "Data: %s (digest %.12s): %,d training and %,d test samples of %d classes",
                        corpus.name(),
                        corpus.digest(),
                        table1.train().size(),
                        table1.test().size(),
                        table1.train().classes()),
                String.format(
                        Locale.ROOT,
                        "Settings: runs %d, epochs %d, batch %d, noise samples a natural one %s, seed %d, %s",
                        settings.runs(),
                        settings.epochs(),
                        settings.batch(),
                        number(settings.noiseRatio()),
                        settings.seed(),
                        settings.sharedBase() ? "one base run for all runs" : "a base run each run"),
                "Backend: " + backend.name() + " (" + backend.describe() + ")");
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

    /** Writes the file, or leaves what was there. */
    private static void write(Path file, String text) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
