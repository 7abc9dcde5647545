package imagespace.backend;

import imagespace.backend.cpu.CpuBackend;
import imagespace.backend.cuda.CudaDetection;
import java.util.List;

/** Opens a backend by name. */
public final class Backends {
    /** The names that {@link #open} knows. */
    public static final List<String> NAMES = List.of("auto", "cpu", "cuda");

    private Backends() {}

    /**
     * Opens "cpu", "cuda", or with "auto" the best there is.
     *
     * @param threads CPU threads, 0 for all cores
     * @throws BackendUnavailableException if it is not to be had, with the reason and the remedy in one line
     */
    public static Backend open(String name, int threads) throws BackendUnavailableException {
        return open(name, threads, ConvAlgorithm.AUTO);
    }

    /** As {@link #open(String, int)}, with a choice of how to compute 3x3 convolutions. */
    public static Backend open(String name, int threads, ConvAlgorithm convolutions)
            throws BackendUnavailableException {
        if (threads < 0) {
            throw new BackendUnavailableException("threads are 1 or more, or 0 for all cores, not " + threads);
        }
        return switch (name) {
            case "cpu" -> new CpuBackend(threads, convolutions);
            case "auto" -> {
                System.err.println("imagespace: no GPU is used: " + whyNoGpu());
                yield new CpuBackend(threads, convolutions);
            }
            case "cuda" -> throw new BackendUnavailableException(whyNoGpu() + " (use --backend cpu)");
            default -> throw new BackendUnavailableException("no backend '" + name + "'; there are " + NAMES);
        };
    }

    private static String whyNoGpu() {
        return "the CUDA backend is not part of this version"
                + CudaDetection.detect()
                        .reason()
                        .map(reason -> "; besides, " + reason)
                        .orElse("");
    }
}
