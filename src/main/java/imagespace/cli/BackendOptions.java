package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.backend.Backends;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.CudaOptions;
import imagespace.backend.Precision;
import imagespace.backend.cuda.CudaDetection;
import picocli.CommandLine.Option;

/** Options of all commands that compute: what computes. */
final class BackendOptions {
    /** On an H200 eight runs of Table 1 trained a tenth more than one, twelve no more than eight. */
    private static final int RUNS_ON_A_GPU = 8;

    @Option(names = "--backend", paramLabel = "B", defaultValue = "auto", description = "auto, cpu or cuda.")
    private String backend = "auto";

    @Option(names = "--threads", paramLabel = "T", defaultValue = "0", description = "CPU threads, 0 for all cores.")
    private int threads;

    @Option(
            names = "--conv",
            paramLabel = "HOW",
            defaultValue = "auto",
            description = "How the CPU computes 3x3 convolutions: direct, winograd (wherever it can), winograd2 (the"
                    + " same with smaller tiles: less error, less speed), or auto (where it is faster).")
    private ConvAlgorithm convolutions = ConvAlgorithm.AUTO;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "tf32",
            description =
                    "What a GPU multiplies in: fp32, tf32, or bf16 for convolutions of many channels (sums are float32).")
    private Precision precision = Precision.TF32;

    @Option(
            names = "--fast",
            description = "On a GPU, look for the quickest routines by trial, also such as do not repeat their bits.")
    private boolean fast;

    /** What {@code --backend cpu --threads N} says. */
    static BackendOptions cpu(int threads) {
        BackendOptions options = new BackendOptions();
        options.backend = "cpu";
        options.threads = threads;
        return options;
    }

    /** Opens the backend. */
    Backend open() throws BackendUnavailableException {
        return open(backend, 1);
    }

    /** Opens the first of several backends that are to work side by side. */
    Backend openFirst(int count) throws BackendUnavailableException {
        return open(backend, count);
    }

    /** Opens another one beside the first: of the same kind, whatever "auto" would take now. */
    Backend openBeside(Backend first, int count) throws BackendUnavailableException {
        return open(first.name(), count);
    }

    /** @param count of backends side by side: each gets its share of the CPU's threads, and at least one */
    private Backend open(String name, int count) throws BackendUnavailableException {
        int all = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
        int share = count == 1 || threads < 0 ? threads : Math.max(1, all / count);
        return Backends.open(name, share, convolutions, new CudaOptions(precision, fast));
    }

    /** How many runs side by side are worth while: on the CPU one a thread. */
    int worthwhile() {
        boolean gpu = backend.equals("cuda")
                || backend.equals("auto") && CudaDetection.detect().reason().isEmpty();
        return gpu
                ? RUNS_ON_A_GPU
                : Math.max(1, threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
    }
}
