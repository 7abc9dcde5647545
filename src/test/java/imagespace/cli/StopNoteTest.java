package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.experiment.Ledger;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopNoteTest {
    @TempDir
    Path folder;

    /** Waits to be stopped, or closes the note and ends. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            try (Ledger ledger = Ledger.open(Path.of(args[0]), warning -> {})) {
                try (StopNote _ = new StopNote(ledger, System.out, "how to go on")) {
                    System.out.println("ready");
                    if (args.length == 1) {
                        Thread.sleep(60_000);
                    }
                }
            }
        }
    }

    @Test
    void aSignalPrintsTheNoteAndEndsWithItsStatus() throws Exception {
        Process child = start(folder.toString());
        assertEquals("ready", child.inputReader().readLine());
        child.toHandle().destroy(); // SIGTERM; child.destroy() would close our end of its output
        assertEquals("\nhow to go on\n", child.inputReader().readAllAsString());
        assertTrue(child.waitFor(10, TimeUnit.SECONDS));
        assertEquals(143, child.exitValue());
    }

    @Test
    void theUsualEndPrintsNothing() throws Exception {
        Process child = start(folder.toString(), "end");
        assertEquals("ready\n", child.inputReader().readAllAsString());
        assertEquals(0, child.waitFor());
    }

    private static Process start(String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName());
        builder.command().addAll(List.of(arguments));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }
}
