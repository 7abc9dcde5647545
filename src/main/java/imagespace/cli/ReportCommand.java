package imagespace.cli;

import imagespace.data.DataException;
import imagespace.experiment.LedgerException;
import imagespace.report.WholeFile;
import imagespace.report.html.ReportPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** One page of all results. */
@Command(
        name = "report",
        showDefaultValues = true,
        description = {
            "Writes DIR/report.html from the ledgers in DIR and its subfolders, three levels down: both tables beside the paper's,"
                    + " the figures, the verdicts on the twelve claims, data maps, confusions and galleries, and where each"
                    + " figure comes from. The file needs nothing else and no network.",
            "The ledgers are only read, also while an experiment is running."
        })
public final class ReportCommand implements Callable<Integer> {
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
            defaultValue = "out",
            description = "The output folder of an experiment, or of several.")
    private Path out;

    /** Writes the page. */
    @Override
    public Integer call() throws IOException, LedgerException, DataException {
        String page = ReportPage.of(out);
        WholeFile.write(out.resolve("report.html"), page);
        spec.commandLine().getOut().println("The report: " + out.resolve("report.html"));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
