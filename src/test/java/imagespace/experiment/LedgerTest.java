package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import imagespace.backend.Backend;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.cpu.CpuBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();

    @Test
    void givesBackExactlyWhatWasWritten() throws Exception {
        LedgerEntry failed = entry(1, "the loss became \"NaN\"\nin step 7 ∪");
        try (Ledger ledger = open()) {
            ledger.append(entry(0, null));
            ledger.append(failed);
        }
        try (Ledger ledger = open()) {
            assertEquals(List.of(entry(0, null), failed), ledger.entries());
            assertTrue(ledger.finished(configuration(0)).isPresent());
            assertTrue(ledger.finished(configuration(1)).isEmpty(), "a failed run is to be repeated");
        }
        assertEquals(2, Files.readAllLines(folder.resolve(Ledger.FILE)).size());
    }

    @Test
    void aLineTornAnywhereIsSetAsideAndTheRestKept() throws Exception {
        try (Ledger ledger = open()) {
            ledger.append(entry(0, null));
            ledger.append(entry(1, null));
            ledger.append(entry(2, null));
        }
        Path file = folder.resolve(Ledger.FILE);
        byte[] whole = Files.readAllBytes(file);
        int lastLine = new String(whole, StandardCharsets.US_ASCII).lastIndexOf('\n', whole.length - 2) + 1;
        for (int cut = lastLine + 1; cut < whole.length; cut++) {
            Files.write(file, Arrays.copyOf(whole, cut));
            Files.deleteIfExists(folder.resolve(Ledger.TORN));
            warnings.clear();
            try (Ledger ledger = open()) {
                assertEquals(List.of(entry(0, null), entry(1, null)), ledger.entries(), "cut at " + cut);
                ledger.append(entry(2, null));
            }
            assertEquals(1, warnings.size());
            byte[] torn = Files.readAllBytes(folder.resolve(Ledger.TORN));
            assertArrayEquals(Arrays.copyOfRange(whole, lastLine, cut), Arrays.copyOf(torn, torn.length - 1));
            assertArrayEquals(whole, Files.readAllBytes(file));
        }
        assertTrue(whole.length - lastLine > 300, "the last line was looked for in the wrong place");
    }

    @Test
    void aCutBetweenLinesIsNoTear() throws Exception {
        try (Ledger ledger = open()) {
            ledger.append(entry(0, null));
        }
        try (Ledger ledger = open()) {
            assertEquals(1, ledger.entries().size());
        }
        assertEquals(List.of(), warnings);
        assertFalse(Files.exists(folder.resolve(Ledger.TORN)));
    }

    @Test
    void damageBeforeTheLastLineIsAnErrorWithItsNumber() throws Exception {
        try (Ledger ledger = open()) {
            ledger.append(entry(0, null));
            ledger.append(entry(1, null));
            ledger.append(entry(2, null));
        }
        Path file = folder.resolve(Ledger.FILE);
        String good = Files.readString(file);
        int second = good.indexOf('\n') + 1;
        for (String bad : List.of(
                good.substring(0, second) + "x" + good.substring(second + 1),
                good.substring(0, second) + "\n" + good.substring(second),
                good.substring(0, second) + "{}\n" + good.substring(second),
                good.substring(0, second) + good.substring(second).replaceFirst("\"epochs\":3", "\"epochs\":4"))) {
            Files.writeString(file, bad);
            LedgerException e = assertThrows(LedgerException.class, this::open);
            assertTrue(e.getMessage().contains("line 2 is damaged"), e.getMessage());
            assertEquals(bad, Files.readString(file), "a damaged ledger is left alone");
        }
    }

    @Test
    void refusesASecondWriterHere() throws Exception {
        try (Ledger ledger = open()) {
            LedgerException e = assertThrows(LedgerException.class, this::open);
            assertTrue(e.getMessage().contains("another process is writing to"), e.getMessage());
            ledger.append(entry(0, null));
        }
        try (Ledger ledger = open()) {
            assertEquals(1, ledger.entries().size());
        }
    }

    /** Holds a ledger until its standard input ends. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            try (Ledger ledger = Ledger.open(Path.of(args[0]), warning -> {})) {
                System.out.println("held " + ledger.entries().size());
                System.in.readAllBytes();
            }
        }
    }

    @Test
    void refusesASecondProcessUntilTheFirstIsKilled() throws Exception {
        Process holder = new ProcessBuilder(JavaProcess.command(Holder.class, folder))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals("held 0", holder.inputReader().readLine());
            assertThrows(LedgerException.class, this::open);
        } finally {
            holder.destroyForcibly();
            assertTrue(holder.waitFor(10, TimeUnit.SECONDS));
        }
        try (Ledger ledger = open()) {
            assertEquals(List.of(), ledger.entries());
        }
    }

    /** A process that appends until its file may not grow, and once more. */
    static final class Filler {
        public static void main(String[] args) throws Exception {
            int refused = 0;
            try (Ledger ledger = Ledger.open(Path.of(args[0]), line -> {})) {
                for (int run = 0; refused < 2; run++) {
                    try {
                        ledger.append(entry(run, null));
                    } catch (IOException e) {
                        refused++;
                    }
                }
            }
        }
    }

    /** As when the disk is full: what fitted of the line is taken back, and the ledger stays whole. */
    @Test
    void aLineThatDoesNotFitLeavesNothingBehind() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell that limits the size of files");
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of("/bin/sh", "-c", "ulimit -f 4 && exec \"$@\"", "sh")); // 2 or 4 KiB; a line has some 600 bytes
        command.addAll(JavaProcess.command(Filler.class, folder, "-XX:-UsePerfData"));
        Process child = new ProcessBuilder(command).inheritIO().start();
        assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, child.exitValue());
        String text = Files.readString(folder.resolve(Ledger.FILE));
        assertTrue(text.endsWith("\n"), "half a line is left: " + text);
        try (Ledger ledger = open()) {
            assertTrue(ledger.entries().size() >= 2, ledger.entries().toString());
            assertEquals(List.of(), warnings);
        }
    }

    /** The expected digest is that of {@code {"a":"x","b":5.0,"c":-3}}, by another program. */
    @Test
    void theHashIsOfSortedCompactJson() {
        Configuration configuration = new Configuration(new TreeMap<>(Map.of("c", -3, "a", "x", "b", 5.0)));
        assertEquals("af6c1b440e7af03d2949fa893b1bfa368f66920cda3d3fd116ac2a8111ed1fc5", configuration.hash());
    }

    /** Runs that round differently are told apart: by the backend's choices, and by the program's revision. */
    @Test
    void whatRoundsDifferentlyIsPartOfTheConfiguration() {
        Map<String, Object> values = Map.of("epochs", 3);
        try (Backend auto = new CpuBackend(1);
                Backend two = new CpuBackend(2);
                Backend direct = new CpuBackend(1, ConvAlgorithm.DIRECT)) {
            assertEquals(
                    Map.of("epochs", 3L, "revision", (long) Configuration.REVISION),
                    Configuration.ofRun(values, auto).values());
            assertEquals(Configuration.ofRun(values, auto), Configuration.ofRun(values, two));
            assertEquals("direct", Configuration.ofRun(values, direct).values().get("convolutions"));
        }
    }

    private Ledger open() throws IOException, LedgerException {
        return Ledger.open(folder, warnings::add);
    }

    private static Configuration configuration(int run) {
        return new Configuration(new TreeMap<>(
                Map.of("cell", "hc+li .25", "seed", Long.MIN_VALUE + run, "epochs", 3, "noiseRatio", 5.0)));
    }

    private static LedgerEntry entry(int run, String reason) {
        TreeMap<String, Double> metrics = new TreeMap<>();
        if (reason == null) {
            metrics.put("A", 1 / 3.0);
            metrics.put("Pi", null);
        }
        return new LedgerEntry(
                "table1",
                "hc+li .25",
                run,
                Long.MIN_VALUE + run,
                reason == null ? LedgerEntry.FINISHED : LedgerEntry.FAILED,
                reason,
                metrics,
                null,
                configuration(run),
                configuration(run).hash(),
                "scenes",
                "cpu",
                "a device",
                new Machine("a processor", 2, "25", "Linux"),
                "0",
                1.25,
                "2026-01-01T00:00:00Z");
    }
}
