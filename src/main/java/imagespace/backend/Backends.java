package imagespace.backend;

/** Stub: opens a backend by name. */
public final class Backends {
    private Backends() {}

    /**
     * Opens "cpu", "cuda", or with "auto" the best there is.
     *
     * @param threads CPU threads, 0 for all cores
     * @throws BackendUnavailableException if it is not to be had, with the reason and the remedy in one line
     */
    public static Backend open(String name, int threads) throws BackendUnavailableException {
        throw new UnsupportedOperationException();
    }
}
