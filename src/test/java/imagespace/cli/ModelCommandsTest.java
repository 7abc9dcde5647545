package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** train, evaluate, predict and attack, as a user calls them. */
class ModelCommandsTest {
    @TempDir
    static Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.commandLine(new Main())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private static String[] train(Path to, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--data",
                "scenes",
                "--net",
                "allconv/2",
                "--epochs",
                "2",
                "--batch",
                "16",
                "--train-limit",
                "200",
                "--test-limit",
                "50",
                "--backend",
                "cpu",
                "--out",
                to.toString()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    @BeforeAll
    static void aModel() {
        String statistics = folder.resolve("statistics.csv").toString();
        assertEquals(
                0, new ModelCommandsTest().run(train(folder.resolve("model"), "--statistics", statistics)), "train");
    }

    @Test
    void trainingLeavesModelCurvesAndStatistics() throws Exception {
        assertEquals(3, Files.readAllLines(folder.resolve("model/training.csv")).size());
        assertEquals(
                1 + 2 * 200,
                Files.readAllLines(folder.resolve("statistics.csv")).size());
        byte[] model = Files.readAllBytes(folder.resolve("model/model.safetensors"));
        assertEquals(0, run(train(folder.resolve("again"))));
        // the same network; only the metadata could differ, and do not
        assertEquals(
                Arrays.hashCode(model), Arrays.hashCode(Files.readAllBytes(folder.resolve("again/model.safetensors"))));
    }

    @Test
    void aFinishedTrainingIsNotRepeatedAndNotOverwritten() {
        assertEquals(0, run(train(folder.resolve("model"))));
        assertTrue(out.toString().contains("Test accuracy"), out.toString());
        assertEquals(2, run(train(folder.resolve("model"), "--rate", "0.01")));
        assertTrue(err.toString().contains("trained otherwise"), err.toString());
        assertEquals(
                2,
                run(train(
                        folder.resolve("model"),
                        "--statistics",
                        folder.resolve("none.csv").toString())));
        assertTrue(err.toString().contains("without"), err.toString());
    }

    /** What was recorded before a stop is not lost, whether anybody had asked for it or not. */
    @Test
    void aTrainingThatGoesOnMayBeAskedForItsStatistics() throws Exception {
        Path to = folder.resolve("stopped");
        Path inTheWay = to.resolve("model.safetensors/in the way");
        Files.createDirectories(inTheWay);
        assertNotEquals(0, run(train(to, "--checkpoint-every", "0")), "stopped after the last epoch");
        Files.delete(inTheWay);
        Files.delete(inTheWay.getParent());
        Path statistics = folder.resolve("new/stopped.csv");
        assertEquals(0, run(train(to, "--checkpoint-every", "0", "--statistics", statistics.toString())));
        assertEquals(-1, Files.mismatch(folder.resolve("statistics.csv"), statistics));
        assertEquals(
                -1,
                Files.mismatch(folder.resolve("model/model.safetensors"), to.resolve("model.safetensors")),
                "the same bits as the one that was not stopped");
        assertEquals(-1, Files.mismatch(folder.resolve("model/training.csv"), to.resolve("training.csv")));
    }

    @Test
    void aFolderMayHoldOtherExperimentsToo() {
        String[] figure1 = {
            "figure1", "--profile", "smoke", "--runs", "1", "--epochs", "1", "--samples", "1280", "--out", null
        };
        Path to = folder.resolve("shared");
        figure1[figure1.length - 1] = to.toString();
        assertEquals(0, run(figure1));
        assertEquals(0, run(train(to)), err.toString());
        assertEquals(0, run(figure1), err.toString());
        assertEquals(0, run(train(to)), err.toString());
        assertTrue(out.toString().contains("Test accuracy"), out.toString());
    }

    @Test
    void theLatestStudyOfAFolderHasThePlainPicture() throws Exception {
        String to = folder.resolve("pictures").toString();
        String[] figure1 = {
            "figure1", "--profile", "smoke", "--runs", "1", "--epochs", "1", "--samples", "1280", "--out", to
        };
        assertEquals(0, run(figure1), err.toString());
        byte[] first = Files.readAllBytes(folder.resolve("pictures/figure1.svg"));
        figure1[6] = "2";
        assertEquals(0, run(figure1), err.toString());
        assertArrayEquals(first, Files.readAllBytes(folder.resolve("pictures/figure1-1.svg")));
        assertNotEquals(
                -1, Files.mismatch(folder.resolve("pictures/figure1.svg"), folder.resolve("pictures/figure1-1.svg")));
    }

    @Test
    void anImageThatCannotBeDecodedIsNamed() throws Exception {
        Path image = folder.resolve("cut.png");
        ImageIO.write(new BufferedImage(50, 70, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        Files.write(image, Arrays.copyOf(Files.readAllBytes(image), 60));
        assertEquals(2, run("predict", "--model", folder.resolve("model").toString(), image.toString()));
        assertTrue(err.toString().contains("cannot decode " + image), err.toString());
        assertEquals(1, err.toString().strip().lines().count(), err.toString());
    }

    @Test
    void anAttackKnowsBeforehandWhetherItsFilesCanBeWritten() {
        String model = folder.resolve("model").toString();
        String[] attack = {
            "attack", "--model", model, "--data", "scenes", "--test-limit", "20", "--eps", ".1", "--csv", null
        };
        attack[attack.length - 1] = folder.toString();
        assertEquals(2, run(attack));
        assertTrue(err.toString().contains("it is a folder"), err.toString());
        assertFalse(out.toString().contains("accuracy"), out.toString());
        attack[attack.length - 1] = folder.resolve("new folder/attack.csv").toString();
        assertEquals(0, run(attack), err.toString());
        assertTrue(Files.exists(folder.resolve("new folder/attack.csv")));
    }

    @Test
    void aModelIsEvaluated() {
        assertEquals(0, run("evaluate", "--model", folder.resolve("model").toString(), "--data", "scenes"));
        assertTrue(out.toString().contains("1,000 test samples: accuracy A "), out.toString());
        assertTrue(out.toString().contains("mushroom"), out.toString());
    }

    @Test
    void imagesAreClassified() throws Exception {
        Path image = folder.resolve("an image.png");
        ImageIO.write(new BufferedImage(50, 70, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
        String model = folder.resolve("model/model.safetensors").toString();
        assertEquals(0, run("predict", "--model", model, image.toString(), image.toString()));
        String[] lines = out.toString().split("\\R");
        assertEquals(2, lines.length);
        assertEquals(lines[0], lines[1]);
        assertTrue(lines[0].matches(".*an image\\.png: \\w+ [0-9.]+ %, \\w+ [0-9.]+ %, \\w+ [0-9.]+ %"), lines[0]);
        assertEquals(0, run("predict", "--csv", "--model", model, image.toString()));
        assertEquals(
                2,
                run(
                        "predict",
                        "--model",
                        model,
                        image.toString(),
                        folder.resolve("none.png").toString()));
        assertTrue(err.toString().contains("there is no image"), err.toString());
    }

    @Test
    void anAttackIsATableAFileAndAPicture() throws Exception {
        Path csv = folder.resolve("attack.csv");
        Path picture = folder.resolve("attack.png");
        assertEquals(
                0,
                run(
                        "attack",
                        "--model",
                        folder.resolve("model").toString(),
                        "--data",
                        "scenes",
                        "--eps",
                        "0,.1",
                        "--test-limit",
                        "130",
                        "--csv",
                        csv.toString(),
                        "--picture",
                        picture.toString()));
        List<String> lines = Files.readAllLines(csv);
        assertEquals(4, lines.size());
        assertEquals(
                lines.get(1).split(",")[1],
                lines.get(2).split(",")[1],
                "the legitimate accuracy, and an attack of size 0");
        assertTrue(ImageIO.read(picture.toFile()).getHeight() > 300);
        assertTrue(out.toString().contains("130 test samples"), out.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "attack --model M --data scenes --eps 1.5 | --eps holds sizes in [0, 1]",
                "attack --model M --data scenes --eps NaN | --eps holds sizes in [0, 1]",
                "attack --model M --data scenes --test-limit 0 | --test-limit is at least 1",
                "attack --model M --data nowhere | no data set 'nowhere'",
                "evaluate --model nowhere --data scenes | there is no model nowhere",
                "evaluate --model M --data scenes --batch 0 | --batch lies in 1 to 16384",
                "predict --model M | Missing required parameter",
                "throughput --net allconv --batch 2048 --side 128 | is too much",
                "train --data scenes --net resnet | no network 'resnet'",
                "train --data scenes --net allconv/0 | no network 'allconv/0'",
                "train --data scenes --epochs 0 | at least 1",
                "train --data scenes --rate NaN | --rate lies in",
                "train --data scenes --label-smoothing 2 | --label-smoothing lies in",
                "train --data scenes --noise-ratio -1 | --noise-ratio lies in"
            })
    void badInputIsOneLineAndStatus2(String line, String message) {
        String[] arguments = line.strip()
                .replace("--model M", "--model " + folder.resolve("model"))
                .split(" ");
        assertEquals(2, run(arguments), err.toString());
        assertTrue(err.toString().contains(message.strip()), err.toString());
        assertEquals(1, err.toString().strip().lines().count(), err.toString());
        assertFalse(out.toString().contains("accuracy"), out.toString());
    }
}
