package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged files end in a clean error or in whole data, never in anything else. The seed is fixed. */
class ReadersFuzzTest {
    private static final int CASES = 500;

    @TempDir
    Path folder;

    @Test
    void cifar() throws Exception {
        damage(SampleFiles.cifar(folder, 10), 1);
    }

    @Test
    void idx() throws Exception {
        damage(SampleFiles.idx(folder, 6, false), 2);
    }

    @Test
    void packedIdx() throws Exception {
        damage(SampleFiles.idx(folder, 6, true), 3);
    }

    @Test
    void images() throws Exception {
        damage(SampleFiles.images(folder), 4);
    }

    private void damage(Path data, long seed) throws Exception {
        Random random = new Random(seed);
        List<Path> files;
        try (Stream<Path> all = Files.walk(data)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            Path victim = files.get(random.nextInt(files.size()));
            byte[] good = Files.readAllBytes(victim);
            Files.write(victim, damaged(good, random));
            try {
                checkWhole(Corpora.open(data.toString()));
            } catch (DataException e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            } catch (RuntimeException | Error e) {
                fail("case " + i + ", " + victim.getFileName() + ": " + e, e);
            }
            Files.write(victim, good);
        }
        assertTrue(refused > CASES / 10, "only " + refused + " of " + CASES + " damages were refused");
        checkWhole(Corpora.open(data.toString()));
    }

    private static byte[] damaged(byte[] good, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
            case 1 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(5000));
            case 2 -> { // flips near the start, where headers are
                byte[] bytes = good.clone();
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                    bytes[random.nextInt(Math.min(bytes.length, 40))] ^= (byte) (1 << random.nextInt(8));
                }
                yield bytes;
            }
            default -> {
                byte[] bytes = good.clone();
                for (int i = 1 + random.nextInt(20); i > 0; i--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                yield bytes;
            }
        };
    }

    private static void checkWhole(Corpus corpus) {
        for (Dataset split : List.of(corpus.train(), corpus.test())) {
            assertEquals(split.images().count(), split.size());
            for (int label : split.labels()) {
                assertTrue(label >= 0 && label < split.classes());
            }
        }
        assertEquals(corpus.train().size(), corpus.trainFiles().size());
    }
}
