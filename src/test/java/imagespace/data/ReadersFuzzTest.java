package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
    private static final int CASES = 750;

    @TempDir
    Path folder;

    @Test
    void cifar() throws Exception {
        damage(SampleFiles.cifar(folder, 10), 1, ReadersFuzzTest::cifarPixels);
    }

    @Test
    void idx() throws Exception {
        damage(SampleFiles.idx(folder, 6, false), 2, ReadersFuzzTest::idxPixels);
    }

    @Test
    void packedIdx() throws Exception {
        damage(SampleFiles.idx(folder, 6, true), 3, null);
    }

    @Test
    void images() throws Exception {
        damage(SampleFiles.images(folder), 4, null);
    }

    /** The training pixels as they should be read, found another way; null where another decoder would be needed. */
    private interface Pixels {
        byte[] read(Path data) throws IOException;
    }

    private static byte[] cifarPixels(Path data) throws IOException {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        for (int batch = 1; batch <= 2; batch++) {
            byte[] raw = Files.readAllBytes(data.resolve("data_batch_" + batch + ".bin"));
            for (int p = 0; p < raw.length / SampleFiles.RECORD * 1024; p++) {
                for (int plane = 0; plane < 3; plane++) {
                    pixels.write(raw[p / 1024 * SampleFiles.RECORD + 1 + plane * 1024 + p % 1024]);
                }
            }
        }
        return pixels.toByteArray();
    }

    private static byte[] idxPixels(Path data) throws IOException {
        byte[] raw = Files.readAllBytes(data.resolve("train-images-idx3-ubyte"));
        return Arrays.copyOfRange(raw, 16, raw.length);
    }

    private void damage(Path data, long seed, Pixels pixelsOf) throws Exception {
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
                Corpus corpus = Corpora.open(data.toString());
                checkWhole(corpus);
                if (pixelsOf != null) {
                    assertArrayEquals(
                            pixelsOf.read(data), corpus.train().images().pixels());
                }
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
        return switch (random.nextInt(5)) {
            case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
            case 1 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(5000));
            case 2 -> { // flips near the start, where headers are
                byte[] bytes = good.clone();
                for (int i = 1 + random.nextInt(4); i > 0; i--) {
                    bytes[random.nextInt(Math.min(bytes.length, 40))] ^= (byte) (1 << random.nextInt(8));
                }
                yield bytes;
            }
            case 3 -> Arrays.copyOf(good, random.nextInt(3) * SampleFiles.RECORD); // whole records, too few
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
