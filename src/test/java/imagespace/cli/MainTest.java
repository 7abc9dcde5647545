package imagespace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import imagespace.backend.cuda.CudaDetection;
import imagespace.data.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Exit statuses, the one line that says what went wrong, and the small commands. */
class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine line = Main.commandLine(new Main());
        line.addSubcommand(new Throwing());
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(args);
    }

    /** A command that fails as it is told. */
    @Command(name = "throw")
    static final class Throwing implements Callable<Integer> {
        @Option(names = "--kind")
        private String kind;

        @Override
        public Integer call() throws Exception {
            switch (kind) {
                case "data" -> throw new DataException("cats.bin is no cat");
                case "io" -> throw new IOException("the disk is full");
                case "end" -> throw new EOFException();
                case "memory" -> throw new OutOfMemoryError("heap");
                case "threads" -> throw new OutOfMemoryError("unable to create native thread: possibly out of memory");
                default -> throw new IllegalStateException("surprise\nin two lines");
            }
        }
    }

    private void failsWith(int status, String says, String... args) {
        err.getBuffer().setLength(0);
        assertEquals(status, run(args), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("imagespace: ") && err.toString().contains(says), err.toString());
        assertFalse(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void badUsageAndBadInputEndWithTwo(@TempDir Path folder) {
        failsWith(2, "cats.bin is no cat", "throw", "--kind", "data");
        failsWith(2, "nosuch", "nosuch");
        failsWith(2, "--data", "table1");
        failsWith(2, "--runs", "table1", "--data", "scenes", "--runs", "many");
        failsWith(2, "at least 1", "table1", "--data", "scenes", "--runs", "0");
        failsWith(2, "threads", "table1", "--data", "scenes", "--threads", "-1", "--out", folder.toString());
        failsWith(2, "backend", "table1", "--data", "scenes", "--backend", "abacus", "--out", folder.toString());
        if (CudaDetection.detect().reason().isPresent()) {
            failsWith(2, "CUDA", "throughput", "--net", "keras", "--backend", "cuda");
        }
        failsWith(2, "--net", "throughput", "--net", "alexnet");
        failsWith(2, "--batch", "throughput", "--net", "keras", "--batch", "2000000000");
        failsWith(2, "--warm-up", "throughput", "--net", "keras", "--warm-up", "Infinity");
        failsWith(2, "no data set", "data", "info", folder.resolve("none").toString());
        failsWith(2, "cifar10", "data", "fetch", "imagenet");
        failsWith(2, "a batch has up to", "table1", "--data", "scenes", "--batch", "100000000");
        failsWith(2, "such file", "data", "fetch", "cifar10", "--from", "nowhere.tgz", "--into", folder.toString());
    }

    @Test
    void failuresEndWithOne() {
        failsWith(1, "the disk is full", "throw", "--kind", "io");
        failsWith(1, "EOFException", "throw", "--kind", "end");
        failsWith(1, "IMAGESPACE_JAVA_OPTIONS", "throw", "--kind", "memory");
        failsWith(1, "--threads", "throw", "--kind", "threads");
        failsWith(1, "--debug", "throw", "--kind", "other");
    }

    @Test
    void debugShowsTheStackBeforeAndAfterTheCommand(@TempDir Path folder) {
        assertEquals(1, run("--debug", "throw", "--kind", "other"));
        assertTrue(err.toString().contains("\tat "), err.toString());
        err.getBuffer().setLength(0);
        assertEquals(2, run("data", "info", folder.resolve("none").toString(), "--debug"));
        assertTrue(err.toString().contains("\tat "), err.toString());
    }

    @Test
    void everyCommandHasHelp() {
        CommandLine line = Main.commandLine(new Main());
        assertTrue(line.getSubcommands().keySet().containsAll(Set.of("quickstart", "table1", "illusive", "data")));
        for (String command : line.getSubcommands().keySet()) {
            assertEquals(0, run(command, "--help"), command);
            assertTrue(out.toString().contains("Usage: imagespace " + command), out.toString());
        }
        assertEquals(2, run());
        assertEquals(0, run("--version"));
        assertTrue(out.toString().contains("imagespace "), out.toString());
    }

    @Test
    void throughputIsOneLineOfJson() throws Exception {
        assertEquals(
                0,
                run(
                        "throughput",
                        "--net",
                        "keras",
                        "--batch",
                        "2",
                        "--steps",
                        "3",
                        "--warm-up",
                        "0",
                        "--backend",
                        "cpu"));
        assertEquals(1, out.toString().lines().count());
        JsonNode line = new ObjectMapper().readTree(out.toString());
        assertEquals("keras", line.get("net").asText());
        assertEquals("cpu", line.get("backend").asText());
        assertEquals(2, line.get("batch").asInt());
        assertTrue(line.get("train_images_per_s").asDouble() > 0);
        assertTrue(line.get("infer_images_per_s").asDouble() > 0);
        assertTrue(line.get("attack_images_per_s").asDouble() > 0);
        assertTrue(line.get("memory_mib").asDouble() > 10);
        double first = line.get("first_step_s").asDouble();
        assertTrue(first > 0 && line.get("full_speed_s").asDouble() >= first, out.toString());
    }

    @Test
    void devicesNamesEveryPart() {
        assertEquals(0, run("devices"));
        for (String part : Set.of("vectors", "threads", "NVIDIA driver", "cuBLAS", "cuDNN", "NVRTC")) {
            assertTrue(out.toString().contains(part), out.toString());
        }
    }
}
