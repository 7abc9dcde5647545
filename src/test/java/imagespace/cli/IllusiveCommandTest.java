package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** illusive, as a user calls it for a folder of images. */
class IllusiveCommandTest {
    private static final List<String> CLASSES = List.of("blue", "green", "red");
    private static final int TRAIN = 24;
    private static final int TEST = 4;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int illusive() {
        return Main.commandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(
                        "illusive",
                        "--data",
                        folder.resolve("pictures").toString(),
                        "--epochs",
                        "12",
                        "--batch",
                        "8",
                        "--backend",
                        "cpu",
                        "--out",
                        folder.resolve("out").toString());
    }

    /** Pictures of three colours, and a red one among the blue. */
    @BeforeEach
    void pictures() throws IOException {
        for (int i = 0; i < CLASSES.size(); i++) {
            for (int k = 0; k < TRAIN; k++) {
                picture("train/" + CLASSES.get(i) + "/" + k + ".png", i, k);
            }
            for (int k = 0; k < TEST; k++) {
                picture("test/" + CLASSES.get(i) + "/" + k + ".png", i, 100 + k);
            }
        }
        picture("train/blue/misfiled.png", CLASSES.indexOf("red"), 1000);
    }

    private void picture(String name, int channel, int seed) throws IOException {
        Path file = folder.resolve("pictures").resolve(name);
        Files.createDirectories(file.getParent());
        BufferedImage image = new BufferedImage(20, 14, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int noise = random.nextInt(64) * 0x010101;
                image.setRGB(x, y, noise + (128 + random.nextInt(64) << 8 * channel));
            }
        }
        ImageIO.write(image, "png", file.toFile());
    }

    @Test
    void aMisfiledPictureIsTheWorst() throws IOException {
        assertEquals(0, illusive(), err.toString());
        List<String> samples = Files.readAllLines(folder.resolve("out/samples.csv"));
        assertEquals(1 + CLASSES.size() * TRAIN + 1, samples.size());
        assertTrue(samples.get(1).contains("misfiled.png"), samples.get(1));
        assertTrue(samples.get(1).endsWith("true"), samples.get(1));
        assertEquals(
                1 + CLASSES.size(),
                Files.readAllLines(folder.resolve("out/ccm.csv")).size());
        String summary = Files.readString(folder.resolve("out/illusive.md"));
        String first = out.toString().lines().findFirst().orElseThrow();
        assertTrue(first.contains("of 73 training samples are illusive"), first);
        assertTrue(summary.contains(first), summary);
        assertTrue(Files.size(folder.resolve("out/gallery.png")) > 1000);

        Path statistics;
        try (var files = Files.newDirectoryStream(folder.resolve("out"), "base-*.safetensors")) {
            statistics = files.iterator().next();
        }
        FileTime yesterday =
                FileTime.from(Instant.now().minus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS));
        Files.setLastModifiedTime(statistics, yesterday);
        assertEquals(0, illusive(), err.toString());
        assertEquals(yesterday, Files.getLastModifiedTime(statistics), "read again, not trained again");
        assertEquals(samples, Files.readAllLines(folder.resolve("out/samples.csv")));
        assertEquals(1, Files.readAllLines(folder.resolve("out/ledger.jsonl")).size());
    }

    @Test
    void aFolderWithoutTestPicturesIsOneLineAndStatus2() throws IOException {
        Files.move(folder.resolve("pictures/test"), folder.resolve("pictures/holdout"));
        assertEquals(2, illusive());
        assertEquals(1, err.toString().strip().lines().count(), err.toString());
        assertTrue(err.toString().contains("lacks the folder test/"), err.toString());
    }
}
