package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Backend;
import imagespace.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sweep of long trainings, killed again and again with SIGKILL, comes to the result of one that was never disturbed. */
class KillTest {
    private static final int KILLS = 10;
    /** Longest life of a process after its Java has started, in milliseconds: a few epochs to most of the sweep. */
    private static final int LONGEST = 2000;

    @TempDir
    Path folder;

    private static void sweep(Path folder) throws Exception {
        RunSettings settings = new RunSettings(2, "keras", 30, 16, 240, 60, 1, 0, false, Duration.ZERO);
        try (Backend backend = Backends.open("cpu", 2);
                Ledger ledger = Ledger.open(folder, line -> {})) {
            new Figure2(Thirds.corpus(), settings, 6, backend, ledger, folder, "test")
                    .experiment()
                    .run(PlanProgress.silent());
        }
    }

    /** The sweep in a process of its own. */
    static final class Child {
        public static void main(String[] args) throws Exception {
            System.out.println("started");
            System.out.flush();
            sweep(Path.of(args[0]));
        }
    }

    private static Process start(Path folder) throws IOException {
        return new ProcessBuilder(JavaProcess.command(Child.class, folder, "--add-modules=jdk.incubator.vector"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static Map<String, String> results(Path folder) throws IOException, LedgerException {
        Map<String, String> results = new TreeMap<>();
        for (LedgerEntry entry : Ledger.read(folder)) {
            StringBuilder curves = new StringBuilder();
            if (entry.curves() != null) {
                entry.curves().forEach((name, values) -> curves.append(name).append(Arrays.toString(values)));
            }
            String previous = results.put(entry.cell() + " " + entry.run(), entry.metrics() + " " + curves);
            assertEquals(null, previous, "no run is written twice");
        }
        return results;
    }

    @Test
    void aSweepKilledTenTimesComesToTheSameResult() throws Exception {
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        sweep(whole);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int alive = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            Process child = start(killed);
            child.inputReader().readLine();
            if (!child.waitFor(random.nextInt(LONGEST), TimeUnit.MILLISECONDS)) {
                alive++;
            }
            child.destroyForcibly().waitFor();
        }
        assertTrue(alive > 0, "some of them were really killed at work");
        sweep(killed);
        assertEquals(results(whole), results(killed), "seed of the moments: " + seed);
        try (var left = Files.walk(killed)) {
            assertEquals(
                    0, left.filter(file -> file.toString().endsWith(".part")).count(), "no half-written file");
        }
    }
}
