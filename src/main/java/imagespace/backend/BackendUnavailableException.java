package imagespace.backend;

/** The backend asked for is not to be had here. The message says why and what to do, in one line. */
public final class BackendUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    public BackendUnavailableException(String message) {
        super(message);
    }
}
