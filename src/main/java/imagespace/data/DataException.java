package imagespace.data;

/** Bad input data. The message is one line that says what is wrong, where, and what to do about it. */
public final class DataException extends Exception {
    private static final long serialVersionUID = 1;

    public DataException(String message) {
        super(oneLine(message));
    }

    public DataException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    /** Names of files and messages of decoders may hold line breaks. */
    private static String oneLine(String message) {
        return message.replaceAll("\\R", " ");
    }
}
