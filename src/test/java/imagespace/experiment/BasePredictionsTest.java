package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.train.Predictions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BasePredictionsTest {
    @TempDir
    Path folder;

    private final Configuration configuration = new Configuration(new TreeMap<>(Map.of("epochs", 3)));
    private final Predictions base = new Predictions(
            new int[] {4, 0}, new int[] {1, 2}, new int[] {1, 0}, new float[] {1 / 3f, 1}, new float[] {1e-38f, 0});

    @Test
    void keepsPredictionsToTheLastBit() throws Exception {
        Path file = BasePredictions.file(folder, 3, configuration);
        BasePredictions.write(file, configuration, base);

        Predictions kept = BasePredictions.read(file, configuration, 2).orElseThrow();
        assertArrayEquals(base.ids(), kept.ids());
        assertArrayEquals(base.labels(), kept.labels());
        assertArrayEquals(base.predicted(), kept.predicted());
        assertArrayEquals(base.maximum(), kept.maximum());
        assertArrayEquals(base.ofLabel(), kept.ofLabel());
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void refusesWhatIsMissingCutDamagedOrAnothers() throws Exception {
        Path file = BasePredictions.file(folder, 3, configuration);
        assertTrue(BasePredictions.read(file, configuration, 2).isEmpty());
        BasePredictions.write(file, configuration, base);
        assertTrue(BasePredictions.read(file, configuration, 3).isEmpty());
        assertTrue(BasePredictions.read(file, configuration.with(Map.of("epochs", 4)), 2)
                .isEmpty());
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            Files.write(file, Arrays.copyOf(whole, i));
            assertTrue(BasePredictions.read(file, configuration, 2).isEmpty(), "cut at " + i);
        }
        for (int i = 10; i < whole.length; i++) { // gzip's own header has bytes without meaning
            byte[] flipped = whole.clone();
            flipped[i] ^= 4;
            Files.write(file, flipped);
            assertTrue(BasePredictions.read(file, configuration, 2).isEmpty(), "byte " + i);
        }
    }
}
