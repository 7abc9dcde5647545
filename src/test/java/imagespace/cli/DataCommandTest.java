package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
    private static final int RECORD = 3073;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        return Main.commandLine(new Main())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(args);
    }

    /** CIFAR-10's layout, classes 0 and 1 by name: three training images, two test images, one of them known. */
    private void writeSet() throws IOException {
        byte[] train = new byte[3 * RECORD];
        new Random(1).nextBytes(train);
        train[0] = 0;
        train[RECORD] = 1;
        train[2 * RECORD] = 1;
        byte[] test = new byte[2 * RECORD];
        System.arraycopy(train, 2 * RECORD, test, 0, RECORD);
        test[0] = 0; // equal pixels count, whatever the label
        test[RECORD] = 1;
        Files.write(folder.resolve("data_batch_1.bin"), train);
        Files.write(folder.resolve("test_batch.bin"), test);
        Files.writeString(folder.resolve("batches.meta.txt"), "cat\nhippopotamus\n");
    }

    @Test
    void infoCountsByClassAndFindsSharedImages() throws Exception {
        writeSet();
        assertEquals(0, run("data", "info", folder.toString()), err.toString());
        List<String> lines = out.toString().lines().toList();
        assertEquals(
                List.of(
                        folder.getFileName() + ": images of 32x32 pixels, 3 channels",
                        "class          training       test",
                        "cat                   1          1",
                        "hippopotamus          2          1",
                        "all                   3          2",
                        "test images that are training images too: 1"),
                lines.subList(0, 6));
        assertTrue(lines.get(6).matches("SHA-256 of pixels and labels: [0-9a-f]{64}"), lines.get(6));
        assertEquals(7, lines.size());
    }

    @Test
    void aHalfFolderIsNotTakenForTheWhole() throws Exception {
        Path set = Files.createDirectory(folder.resolve("cifar-10-batches-bin"));
        Files.write(set.resolve("data_batch_1.bin"), new byte[RECORD]);
        assertEquals(2, run("data", "fetch", "cifar10", "--into", folder.toString()));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains("data_batch_1.bin has 3073 bytes instead of 30730000"), err.toString());
    }

    @Test
    void aWrongFileIsStatusTwo() throws Exception {
        Path file = Files.write(folder.resolve("x.tgz"), new byte[5]);
        Path into = folder.resolve("into");
        assertEquals(2, run("data", "fetch", "cifar10", "--from", file.toString(), "--into", into.toString()));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains("has 5 bytes and SHA-256"), err.toString());
        assertEquals(2, run("data", "fetch", "cifar10", "--into", file.toString()), "a file is no folder");
        assertTrue(err.toString().contains("x.tgz"), err.toString());
    }
}
