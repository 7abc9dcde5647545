package imagespace.model;

/** A model or checkpoint that cannot be used. The message is one line: what is wrong, where, and what to do about it. */
public final class ModelException extends Exception {
    private static final long serialVersionUID = 1;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
