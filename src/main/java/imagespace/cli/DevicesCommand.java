package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.cpu.CpuBackend;
import imagespace.backend.cuda.CudaDetection;
import imagespace.experiment.Machine;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the engine can use here. */
@Command(
        name = "devices",
        description =
                "What the engine can use here: vectors, threads, GPUs; for what is missing the reason and the remedy.")
public final class DevicesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    /** Prints the list; always done. */
    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Machine machine = Machine.here();
        out.println("CPU");
        line(out, "processor", machine.cpu());
        try (Backend cpu = new CpuBackend(0)) {
            line(out, "backend", "'cpu': " + cpu.describe());
        }
        line(
                out,
                "Java",
                machine.jdk() + ", heap up to "
                        + String.format(
                                Locale.ROOT, "%.1f GiB", Runtime.getRuntime().maxMemory() / 0x1p30));
        out.println("GPU");
        CudaDetection.Report report = CudaDetection.detect();
        report.found().forEach(found -> line(out, found.what(), found.detail()));
        report.missing().forEach(missing -> line(out, missing.what(), "missing: " + missing.detail()));
        line(
                out,
                "backend",
                report.missing().isEmpty()
                        ? "'cuda', which 'auto' takes, on GPU 0"
                        : "'cuda' cannot be used: everything is computed on the CPU");
        out.flush();
        return 0;
    }

    private static void line(PrintWriter out, String what, String value) {
        out.printf(Locale.ROOT, "  %-18s %s%n", what, value);
    }
}
