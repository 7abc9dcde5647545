package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.data.Corpora;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Table1;
import imagespace.experiment.Table1Cell;
import imagespace.experiment.Table1Settings;
import imagespace.report.ContactSheet;
import imagespace.report.ContactSheet.Section;
import imagespace.report.Findings;
import imagespace.report.Gallery;
import imagespace.train.Predictions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job in small, on the embedded scenes: a first look in a few minutes, without any download. */
@Command(
        name = "quickstart",
        showDefaultValues = true,
        description = {
            "The paper's Table 1 in small, on embedded pictures, in at most 3 minutes on 2 cores: a base run, its"
                    + " training samples split by confidence and illusiveness, and fresh networks for six of the"
                    + " training sets, without and with a random-noise class, twice each.",
            "Prints the table and what it shows, and writes it to OUT beside the ledger. Stop at any time: the same"
                    + " command goes on from there."
        })
public final class QuickstartCommand implements Callable<Integer> {
    /** Both groups of right and of wrong samples, a quarter of each; a set of twice the size; and all samples. */
    private static final String CELLS = "*.25, *.25 noise, lc+hi .50, lc+hi .50 noise, s1, s1 noise";

    private static final int RUNS = 2;
    private static final int EPOCHS = 6;
    private static final int BATCH = 64;
    /** Less noise than the paper's 5: with it, most of the few minutes would go into noise. */
    private static final double NOISE_RATIO = 1;

    private static final int TRAIN_SAMPLES = 2500;
    private static final int TEST_SAMPLES = 1000;
    private static final long SEED = 1;
    private static final int CONFIDENT_A_CLASS = 2;
    private static final int ILLUSIVE = 30;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "out/quickstart",
            description = "Where ledger and tables go.")
    private Path out;

    /** Runs it: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call() throws DataException, BackendUnavailableException, LedgerException, IOException {
        Corpus corpus = Corpora.open("scenes");
        Table1Settings settings = new Table1Settings(
                Table1Cell.parse(CELLS), RUNS, EPOCHS, BATCH, NOISE_RATIO, TRAIN_SAMPLES, TEST_SAMPLES, SEED, false);
        Table1Session session = Table1Session.run(corpus, settings, new BackendOptions(), 1, out, false)
                .orElseThrow();
        PrintWriter print = spec.commandLine().getOut();
        print.println(Terminal.printable(session.report().text()));
        Findings.of(session.report().ours()).forEach(line -> print.println(Terminal.printable(line)));
        Path picture = out.resolve("samples.png");
        writePicture(session, picture);
        print.println("The most confident and the most illusive training samples: " + picture);
        print.flush();
        return session.failed() == 0 ? 0 : 1;
    }

    /** What the first base run was surest of, rightly and wrongly; planted samples in a frame. */
    private static void writePicture(Table1Session session, Path file) throws IOException {
        Table1 table1 = session.table1();
        Optional<Predictions> base = table1.basePredictions();
        if (base.isEmpty()) {
            return; // the base run failed, and the report says so
        }
        Gallery gallery = Gallery.of(table1.train(), base.get(), CONFIDENT_A_CLASS, ILLUSIVE);
        new ContactSheet(table1.train().images(), SampleReport::mark, false)
                .write(
                        file,
                        List.of(
                                new Section("Most confident: right, and surest of it", gallery.confident()),
                                new Section("Most illusive: wrong, and surest of it", gallery.illusive())),
                        List.of(SampleReport.BLEND, SampleReport.WRONG_LABEL));
    }
}
