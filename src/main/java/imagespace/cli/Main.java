package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.backend.DeviceException;
import imagespace.data.DataException;
import imagespace.experiment.LedgerException;
import imagespace.model.ModelException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line. Exit status: 0 done, 1 failed, 2 bad usage or bad input; what went wrong is one line on standard
 * error, with {@code --debug} a stack trace too.
 */
@Command(
        name = "imagespace",
        description = "Neural networks in natural-image spaces: which training samples help, and which hurt.",
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            QuickstartCommand.class,
            Figure1Command.class,
            Table1Command.class,
            Figure2Command.class,
            Table2Command.class,
            QuotientCommand.class,
            IllusiveCommand.class,
            ClaimsCommand.class,
            ReportCommand.class,
            TrainCommand.class,
            EvaluateCommand.class,
            PredictCommand.class,
            AttackCommand.class,
            DataCommand.class,
            DevicesCommand.class,
            ThroughputCommand.class
        },
        footer = {"", "Exit status: 0 done, 1 failed, 2 bad usage or bad input."})
public final class Main implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int BAD_INPUT = 2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show a stack trace when the command fails.")
    private boolean debug;

    /** Version of the code: what the launcher says of the checkout, else that of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"imagespace " + current()};
        }

        /** For ledgers: the commit of the checkout, or the release that the jar was built as. */
        static String current() {
            String ofJar = Main.class.getPackage().getImplementationVersion();
            return System.getProperty("imagespace.version", ofJar == null ? "unknown" : ofJar);
        }
    }

    /** Without a command: the help, as bad usage. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return BAD_INPUT;
    }

    /** Runs a command and exits. */
    public static void main(String[] args) {
        StandardError.restore();
        System.setProperty("java.awt.headless", "true");
        System.exit(commandLine(new Main()).execute(args));
    }

    static CommandLine commandLine(Main main) {
        CommandLine line = new CommandLine(main);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setErr(new PrintWriter(System.err, true));
        line.setParameterExceptionHandler(
                (e, _) -> main.report(e.getCommandLine(), e, message(e) + hint(e), BAD_INPUT));
        line.setExecutionExceptionHandler((e, command, _) -> switch (e) {
            case DataException _,
                    BackendUnavailableException _,
                    DeviceException _,
                    LedgerException _,
                    ModelException _ -> main.report(command, e, e.getMessage(), BAD_INPUT);
            case ParameterException usage -> main.report(command, e, message(usage), BAD_INPUT);
            case FileSystemException file -> main.report(command, e, reason(file), BAD_INPUT);
            case IOException _ when e.getMessage() != null -> main.report(command, e, e.getMessage(), FAILED);
            case Exception _
            when e.getCause() instanceof OutOfMemoryError memory -> // picocli wraps those of methods
                main.report(command, e, remedy(memory), FAILED);
            default -> main.report(command, e, "unexpected " + e + "; run with --debug for the details", FAILED);
        });
        // an Error (out of memory, a missing class) passes picocli by
        line.setExecutionStrategy(result -> {
            try {
                return new CommandLine.RunLast().execute(result);
            } catch (OutOfMemoryError e) {
                return main.report(line, e, remedy(e), FAILED);
            }
        });
        return line;
    }

    private int report(CommandLine command, Throwable thrown, String message, int status) {
        command.getErr().println("imagespace: " + message.replaceAll("\\s*\\R\\s*", " "));
        if (debug) {
            thrown.printStackTrace(command.getErr());
        }
        command.getErr().flush();
        return status;
    }

    private static String remedy(OutOfMemoryError e) {
        boolean threads = String.valueOf(e.getMessage()).contains("native thread");
        return threads
                ? "the system gives no more threads; ask for fewer with --threads"
                : "out of memory; give more with IMAGESPACE_JAVA_OPTIONS=-Xmx8g, or use less data";
    }

    private static String message(ParameterException e) {
        return e.getMessage();
    }

    private static String hint(ParameterException e) {
        return "; see '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'";
    }

    private static String reason(FileSystemException e) {
        String reason = e.getReason() == null ? e.getClass().getSimpleName().replace("Exception", "") : e.getReason();
        return e.getFile() + ": " + reason + "; choose another folder or mend its permissions";
    }
}
