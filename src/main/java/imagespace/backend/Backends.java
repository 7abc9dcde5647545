package imagespace.backend;

import imagespace.backend.cpu.CpuBackend;
import imagespace.backend.cuda.Cuda;
import imagespace.backend.cuda.CudaDetection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Opens a backend by name. */
public final class Backends {
    /** The names that {@link #open} knows. */
    public static final List<String> NAMES = List.of("auto", "cpu", "cuda");

    /** Whether this process has said that it uses no GPU. */
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private Backends() {}

    /**
     * Opens "cpu" or "cuda"; "auto" is the GPU, or where CUDA lacks something the CPU, with a line that says what.
     *
     * @param threads CPU threads, 0 for all cores
     * @throws BackendUnavailableException if it is not to be had, with the reason and the remedy in one line
     */
    public static Backend open(String name, int threads) throws BackendUnavailableException {
        return open(name, threads, ConvAlgorithm.AUTO);
    }

    /** As {@link #open(String, int)}, with a choice of how the CPU computes 3x3 convolutions. */
    public static Backend open(String name, int threads, ConvAlgorithm convolutions)
            throws BackendUnavailableException {
        return open(name, threads, convolutions, CudaOptions.DEFAULT);
    }

    /** As {@link #open(String, int)}, with all choices. */
    public static Backend open(String name, int threads, ConvAlgorithm convolutions, CudaOptions cuda)
            throws BackendUnavailableException {
        if (threads < 0) {
            throw new BackendUnavailableException("threads are 1 or more, or 0 for all cores, not " + threads);
        }
        return switch (name) {
            case "cpu" -> new CpuBackend(threads, convolutions);
            case "auto" -> gpuOrCpu(threads, convolutions, cuda);
            case "cuda" -> gpu(cuda);
            default -> throw new BackendUnavailableException("no backend '" + name + "'; there are " + NAMES);
        };
    }

    private static Backend gpu(CudaOptions options) throws BackendUnavailableException {
        try {
            return Cuda.open(options);
        } catch (BackendUnavailableException e) {
            throw new BackendUnavailableException("no CUDA: " + e.getMessage() + " (or use --backend cpu)");
        }
    }

    /** A GPU that is there and does not work is an error: who has one wants to know. */
    private static Backend gpuOrCpu(int threads, ConvAlgorithm convolutions, CudaOptions options)
            throws BackendUnavailableException {
        Optional<String> why = CudaDetection.detect().reason();
        if (why.isEmpty()) {
            return gpu(options);
        }
        if (SAID.compareAndSet(false, true)) { // several may be opened to work side by side
            System.err.println("imagespace: NO GPU IS USED, the CPU computes: " + why.get());
        }
        return new CpuBackend(threads, convolutions);
    }
}
