package imagespace.cli;

import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.experiment.Cost;
import imagespace.experiment.Experiment;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.experiment.ParallelRuns;
import imagespace.experiment.PlanProgress;
import imagespace.experiment.RunSettings;
import imagespace.nn.Architecture;
import imagespace.nn.Network;
import imagespace.report.Study;
import imagespace.report.StudyGrids;
import imagespace.report.WholeFile;
import imagespace.strategy.RandomSubset;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** What all experiments have in common on the command line: the plan is shown, then done, and a stop says how to go on. */
final class ExperimentSession {
    private ExperimentSession() {}

    /**
     * Shows the plan and carries it out.
     *
     * @param sides the experiment, once for each run that goes on beside others
     * @param caption lines about data, settings, backend
     * @param time measures a step; not asked if nothing is to be done
     * @param dryRun whether to stop after the plan
     * @return number of failed runs; nothing after a dry run
     */
    static OptionalInt run(
            List<? extends Experiment> sides,
            Ledger ledger,
            Path out,
            List<String> caption,
            Supplier<StepTime> time,
            boolean dryRun)
            throws IOException {
        PrintStream err = System.err;
        Experiment experiment = sides.getFirst();
        caption.forEach(err::println);
        err.println(
                experiment.pending() == 0
                        ? "Plan: all " + experiment.planned() + " runs are done already"
                        : plan(experiment, time.get(), sides.size()));
        if (dryRun) {
            return OptionalInt.empty();
        }
        int failed;
        long images = experiment.pendingCost().images();
        try (StopNote _ = new StopNote(
                        ledger,
                        err,
                        "Stopped. Finished runs are kept in " + out + "; the same command goes on from there.");
                PlanProgress progress = PlanProgress.on(err, Terminal.errorColumns(), images)) {
            failed = ParallelRuns.run(sides, progress);
        }
        if (failed > 0) {
            err.println(failed + " of the trainings failed; " + out.resolve(Ledger.FILE)
                    + " holds the reasons, and the same command tries them again");
        }
        return OptionalInt.of(failed);
    }

    /** As above, for an experiment on training statistics. */
    static OptionalInt run(
            List<? extends Experiment> sides,
            Corpus corpus,
            RunSettings settings,
            BackendGroup backends,
            Ledger ledger,
            Path out,
            boolean dryRun)
            throws IOException {
        Dataset train = RandomSubset.of(corpus.train(), settings.trainLimit(), settings.seed());
        Dataset test = RandomSubset.of(corpus.test(), settings.testLimit(), settings.seed());
        List<String> caption = List.of(
                describe(corpus, train, test),
                String.format(
                        Locale.ROOT,
                        "Settings: network %s, runs %d, epochs %d, batch %d, seed %d",
                        settings.network(),
                        settings.runs(),
                        settings.epochs(),
                        settings.batch(),
                        settings.seed()),
                "Backend: " + backends.describe());
        Supplier<StepTime> time = () -> StepTime.measure(backends.first(), settings.network(), train, settings.batch());
        return run(sides, ledger, out, caption, time, dryRun);
    }

    private static String plan(Experiment experiment, StepTime time, int sideBySide) {
        Cost cost = experiment.pendingCost();
        return String.format(
                Locale.ROOT,
                "Plan: %d runs, of which %d are done; to do: %,d images to train with, %,d to classify; about %s"
                        + " (measured: %,.0f and %,.0f images/s)",
                experiment.planned(),
                experiment.planned() - experiment.pending(),
                cost.trained(),
                cost.classified(),
                PlanProgress.text(time.of(cost, sideBySide)),
                1 / time.trained(),
                1 / time.classified());
    }

    /** The ledger of the output folder. A dry run leaves no folder behind. */
    static Ledger openLedger(Path out, boolean dryRun) throws IOException, LedgerException {
        if (dryRun && !Files.exists(out.resolve(Ledger.FILE))) {
            Path empty = Files.createTempDirectory("imagespace");
            Ledger ledger = Ledger.open(empty, System.err::println);
            try (var files = Files.newDirectoryStream(empty)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(empty);
            return ledger;
        }
        return Ledger.open(out, System.err::println);
    }

    /** The studies of an experiment that a ledger holds; the folder may be that of other experiments, too. */
    static List<Study> studies(Ledger ledger, String experiment) {
        return Study.of(ledger.entries()).stream()
                .filter(study -> study.experiment().equals(experiment))
                .toList();
    }

    /**
     * Where the picture of a study goes. If a folder holds several, the latest has the plain name, and the others are numbered
     * in the order of the tables.
     */
    static Path picture(Path out, String name, int study, int studies) {
        return out.resolve(name + (study == studies - 1 ? "" : "-" + (study + 1)) + ".svg");
    }

    /** Prints the table of every study, and writes them all to a Markdown file. */
    static void writeTables(List<Study> studies, String heading, Path file, PrintWriter print) throws IOException {
        for (Study study : studies) {
            print.println(Terminal.printable(StudyGrids.of(study).text()));
        }
        print.flush();
        writeMarkdown(studies, heading, file);
    }

    /** Writes the tables of all studies. */
    static void writeMarkdown(List<Study> studies, String heading, Path file) throws IOException {
        StringBuilder markdown = new StringBuilder();
        studies.forEach(
                study -> markdown.append(StudyGrids.of(study).markdown(heading)).append('\n'));
        WholeFile.write(file, markdown.toString());
    }

    /** One line about the data. */
    static String describe(Corpus corpus, Dataset train, Dataset test) {
        return String.format(
                Locale.ROOT,
                "Data: %s (digest %.12s): %,d training and %,d test samples of %d classes",
                corpus.name(),
                corpus.digest(),
                train.size(),
                test.size(),
                train.classes());
    }

    /** Fails if the images are too small for the network. */
    static void checkSize(Corpus corpus, String network) throws DataException {
        Images images = corpus.train().images();
        try {
            Network.check(Architecture.named(
                    network,
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
}
