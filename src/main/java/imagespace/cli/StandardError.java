package imagespace.cli;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * Standard error, past the launcher's filter. Java announces the incubating Vector API in a line that cannot be switched
 * off; the launcher drops it by a filter on file descriptor 2, and passes the real standard error as descriptor 3.
 */
final class StandardError {
    private static final String PROPERTY = "imagespace.stderr";

    private StandardError() {}

    /** The file descriptor that standard error is. */
    static int descriptor() {
        return Integer.getInteger(PROPERTY, 2);
    }

    /** Makes {@code System.err} the real one, if the launcher has put a filter before it. */
    static void restore() {
        if (descriptor() == 2) {
            return;
        }
        try {
            System.setErr(new PrintStream(new FileOutputStream("/dev/fd/" + descriptor(), true), true));
        } catch (FileNotFoundException e) {
            System.clearProperty(PROPERTY); // a socket, say: the filter will do
        }
    }
}
