package imagespace.train;

/** The loss became NaN or infinite: this run has failed; others may go on. */
public final class DivergedException extends Exception {
    private static final long serialVersionUID = 1;

    public DivergedException(String message) {
        super(message);
    }
}
