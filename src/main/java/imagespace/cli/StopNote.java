package imagespace.cli;

import imagespace.experiment.Ledger;
import java.io.PrintStream;

/**
 * While it is open, Ctrl-C (and SIGTERM) waits for a line that is being written to the ledger, then says how to go on.
 * The process ends with the usual status of a signal: 130 (143).
 */
final class StopNote implements AutoCloseable {
    private final Thread hook;

    StopNote(Ledger ledger, PrintStream err, String note) {
        hook = new Thread(() -> {
            synchronized (ledger) {
                err.println();
                err.println(note);
                err.flush();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is ending, and the note is being printed
        }
    }
}
