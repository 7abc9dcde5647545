package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.train.EpochSummary;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void withoutATerminalThereIsALineAnEpoch() {
        try (PlanProgress progress = PlanProgress.on(new PrintStream(bytes, true, StandardCharsets.UTF_8), 0, 400)) {
            progress.begin("run 1/2  s1", 200);
            progress.epoch(new EpochSummary(1, 1.25, .5, .05), 2, 100);
            progress.advance(100);
            progress.epoch(new EpochSummary(2, 1, .625, .05), 2, 100);
            progress.end("failed: the loss became NaN");
            progress.begin("run 2/2  s1", 200);
            progress.advance(200);
            progress.epoch(new EpochSummary(1, 1, .625, .05), 2, 100);
        }
        List<String> lines = text().lines().toList();
        assertEquals(
                "run 1/2  s1  epoch 1/2  loss 1.2500  accuracy 50.00 %  2,000 images/s  left unknown", lines.get(0));
        assertTrue(lines.get(1).matches(".*epoch 2/2  loss 1.0000  accuracy 62.50 % .* left \\d+ s"), lines.get(1));
        assertEquals("run 1/2  s1: failed: the loss became NaN", lines.get(2));
        assertTrue(lines.get(3).endsWith("left 0 s"), "what the failed run left undone is not waited for");
        assertEquals(4, lines.size());
    }

    @Test
    void onATerminalTheBarStaysWithinItsWidth() {
        try (PlanProgress progress = PlanProgress.on(new PrintStream(bytes, true, StandardCharsets.UTF_8), 60, 1000)) {
            progress.begin("run 1/2  s1", 1000);
            progress.advance(1000);
            progress.epoch(new EpochSummary(1, 1.25, .5, .05), 2, 100);
            progress.end("test accuracy 50.00 %");
        }
        List<String> redrawn = List.of(text().split("[\r\n]+"));
        assertTrue(redrawn.stream().anyMatch(line -> line.contains("100%") && line.contains("1000/1000")), text());
        assertTrue(redrawn.contains("\033[Krun 1/2  s1: test accuracy 50.00 %"), text());
        assertTrue(redrawn.stream().noneMatch(line -> line.contains("epoch") || line.length() >= 60), text());
    }

    @Test
    void timesReadWell() {
        assertEquals("7 s", PlanProgress.text(Duration.ofSeconds(7)));
        assertEquals("3 min 20 s", PlanProgress.text(Duration.ofSeconds(200)));
        assertEquals("25 h 05 min", PlanProgress.text(Duration.ofMinutes(25 * 60 + 5)));
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
