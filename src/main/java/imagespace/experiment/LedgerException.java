package imagespace.experiment;

/** A ledger that cannot be used. The message is one line that says what is wrong, where, and what to do about it. */
public final class LedgerException extends Exception {
    private static final long serialVersionUID = 1;

    public LedgerException(String message) {
        super(message);
    }
}
