package imagespace.cli;

import imagespace.experiment.LedgerException;
import imagespace.report.Study;
import imagespace.report.WholeFile;
import imagespace.report.claims.Claims;
import imagespace.report.claims.ClaimsJson;
import imagespace.report.claims.ClaimsReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The twelve claims of the paper, judged from ledgers. */
@Command(
        name = "claims",
        showDefaultValues = true,
        description = {
            "Judges the paper's twelve claims from the ledgers in DIR and its subfolders, three levels down: supported,"
                    + " contradicted or open at 95 %%, with the effect, its interval and the number of pairs. Runs on other"
                    + " data or with other settings are judged apart.",
            "Writes DIR/claims.md and DIR/claims.json. The ledgers are only read, also while an experiment is running."
        })
public final class ClaimsCommand implements Callable<Integer> {
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

    /** Prints the verdicts and writes both files. */
    @Override
    public Integer call() throws IOException, LedgerException {
        Claims claims = Claims.judge(Study.find(out));
        ClaimsReport report = new ClaimsReport(claims);
        WholeFile.write(out.resolve("claims.md"), report.markdown());
        WholeFile.write(out.resolve("claims.json"), ClaimsJson.of(claims));
        spec.commandLine().getOut().print(Terminal.printable(report.text()));
        spec.commandLine().getOut().flush();
        return 0;
    }
}
