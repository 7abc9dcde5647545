package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small packed file may hold more than Java has memory for. Runs in a Java of its own, with little memory. */
class ReadersMemoryTest {
    private static final int MEGABYTES = 18;

    @TempDir
    Path folder;

    @Test
    void aDataSetTooLargeForMemoryIsRefusedInOneLine() throws Exception {
        Path data = Files.createDirectory(folder.resolve("zeros"));
        for (String split : new String[] {"train", "t10k"}) {
            byte[] header = {0, 0, 8, 3, 0, 0, 0, MEGABYTES, 0, 0, 4, 0, 0, 0, 4, 0}; // of 1024x1024 pixels
            byte[] images = Arrays.copyOf(header, header.length + (MEGABYTES << 20));
            SampleFiles.write(data, split + "-images-idx3-ubyte", images, true);
            byte[] labels = new byte[8 + MEGABYTES];
            labels[2] = 8;
            labels[3] = 1;
            labels[7] = MEGABYTES;
            labels[8] = 1;
            SampleFiles.write(data, split + "-labels-idx1-ubyte", labels, true);
        }
        assertTrue(Files.size(data.resolve("train-images-idx3-ubyte.gz")) < 100_000);
        assertEquals(0, info(data, "256m").status, "with enough memory it is a data set");

        Ended small = info(data, "48m"); // each split alone passes the check of sizes
        assertEquals(2, small.status, small.errors);
        assertEquals(1, small.errors.lines().count(), small.errors);
        assertTrue(small.errors.contains(data.toString()) && small.errors.contains("-Xmx"), small.errors);
    }

    private record Ended(int status, String errors) {}

    private Ended info(Path data, String memory) throws Exception {
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + memory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        "imagespace.cli.Main",
                        "data",
                        "info",
                        data.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile())
                .start();
        int status = process.waitFor();
        return new Ended(status, Files.readString(errors, StandardCharsets.UTF_8));
    }
}
