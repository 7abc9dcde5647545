package imagespace.backend;

import imagespace.backend.cpu.CpuBackend;
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
        return switch (name) {
            case "cpu", "auto" -> new CpuBackend(threads);
            case "cuda" ->
                throw new BackendUnavailableException(
                        "the CUDA backend is not part of this version; use --backend cpu, or auto");
            default -> throw new BackendUnavailableException("no backend '" + name + "'; there are " + NAMES);
        };
    }
}
