package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FetchProgressTest {
    private static final long MEBIBYTE = 1 << 20;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private final AtomicLong seconds = new AtomicLong();

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLineEveryThreeSecondsWithTheRateOfThisAttempt() {
        try (FetchProgress progress = new FetchProgress(out, 0, () -> seconds.get() * 1_000_000_000)) {
            progress.at(50 * MEBIBYTE, 100 * MEBIBYTE); // 50 MiB of an earlier attempt, then 2 MiB/s
            for (int s = 1; s <= 25; s++) {
                seconds.set(s);
                progress.at((50 + 2 * s) * MEBIBYTE, 100 * MEBIBYTE);
            }
        }
        List<String> lines = printed().lines().toList();
        assertEquals("56.0 of 100.0 MiB, 2.00 MiB/s, 22 s left", lines.getFirst());
        assertEquals("100.0 of 100.0 MiB, 2.00 MiB/s, 0 s left", lines.getLast());
        assertEquals(9, lines.size(), printed());
    }

    @Test
    void aTerminalGetsABar() {
        try (FetchProgress progress = new FetchProgress(out, 80, System::nanoTime)) {
            progress.at(0, 10 * MEBIBYTE);
            progress.at(10 * MEBIBYTE, 10 * MEBIBYTE);
        }
        assertTrue(printed().contains("100%") && printed().contains("10/10 MiB"), printed());
        for (String line : printed().split("[\r\n]")) {
            assertTrue(line.length() < 80, line);
        }
    }

    @Test
    void nothingBeforeTheDownloadBegins() {
        new FetchProgress(out, 80, System::nanoTime).close();
        assertEquals("", printed());
    }
}
