package imagespace.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code --backend cuda} says where a part of CUDA is missing, too old or broken. The driver and the libraries are
 * stand-ins, made by the C compiler: they answer what detection asks, and nothing else.
 */
class MissingPartsTest {
    private static final String DRIVER = """
            #include <stdlib.h>
            #include <string.h>
            static int number(const char *name, int usual) { return getenv(name) ? atoi(getenv(name)) : usual; }
            int cuInit(unsigned flags) { return number("STAND_IN_INIT", 0); }
            int cuDriverGetVersion(int *version) { *version = number("STAND_IN_VERSION", 13000); return 0; }
            int cuDeviceGetCount(int *count) { *count = number("STAND_IN_DEVICES", 1); return 0; }
            int cuDeviceGetName(char *name, int room, int device) { strncpy(name, "Stand-in", room); return 0; }
            """;

    @TempDir
    Path libraries;

    private record Outcome(int status, String errors) {
        void says(String... parts) {
            assertEquals(2, status, errors);
            assertEquals(1, errors.lines().count(), errors);
            for (String part : parts) {
                assertTrue(errors.contains(part), () -> "'" + part + "' is not in: " + errors);
            }
        }
    }

    @BeforeEach
    void needsACompilerAndNoGpu() {
        assumeTrue(CudaDetection.detect().reason().isPresent(), "skipped: a GPU is here");
        assumeTrue(compiler().isPresent(), "skipped: no C compiler");
    }

    private static Optional<Path> compiler() {
        return Stream.of("/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Test
    void noDriver() throws Exception {
        libraries("libcublas.so.12", "libnvrtc.so.12", "libcudnn.so.9");
        run(Map.of()).says("NVIDIA driver missing", "install the driver");
    }

    @Test
    void aDriverThatFindsNoGpu() throws Exception {
        libraries("libcublas.so.12", "libnvrtc.so.12", "libcudnn.so.9");
        driver();
        run(Map.of("STAND_IN_INIT", "100")).says("GPU missing", "cuInit answers 100", "nvidia-smi");
        run(Map.of("STAND_IN_DEVICES", "0")).says("GPU missing", "CUDA_VISIBLE_DEVICES");
    }

    @Test
    void eachLibrary() throws Exception {
        driver();
        run(Map.of()).says("cuBLAS missing", "libcublas.so.12 or libcublas.so.13", "IMAGESPACE_CUDA");
        libraries("libcublas.so.12");
        run(Map.of()).says("NVRTC missing", "libnvrtc.so.12 or libnvrtc.so.13");
        libraries("libnvrtc.so.12");
        run(Map.of()).says("cuDNN missing", "libcudnn.so.9", "install cuDNN 9");
    }

    @Test
    void aLibraryThatDoesNotLoad() throws Exception {
        driver();
        libraries("libcublas.so.12", "libnvrtc.so.12");
        libraries("libneeded.so", "libcudnn.so.9");
        Path toolkit = Files.createDirectory(libraries.resolve("toolkit"));
        Files.move(libraries.resolve("libcudnn.so.9"), toolkit.resolve("libcudnn.so.9"));
        Files.delete(libraries.resolve("libneeded.so"));
        run(Map.of("IMAGESPACE_CUDA", toolkit.toString())).says("cuDNN missing", "does not load", "ldd");
    }

    @Test
    void aDriverTooOldForTheLibraries() throws Exception {
        driver();
        libraries("libcublas.so.13", "libnvrtc.so.13", "libcudnn.so.9");
        run(Map.of("STAND_IN_VERSION", "12040")).says("newer NVIDIA driver", "CUDA 12.4", "580");
    }

    private void driver() throws Exception {
        library("libcuda.so.1", DRIVER);
    }

    private void libraries(String... names) throws Exception {
        for (String name : names) {
            library(name, "int stand_in;");
        }
    }

    private void library(String name, String source) throws Exception {
        Path file = Files.writeString(libraries.resolve("stand-in.c"), source);
        List<String> command = new ArrayList<>(List.of(
                compiler().orElseThrow().toString(),
                "-shared",
                "-fPIC",
                "-Wl,-soname," + name,
                "-o",
                libraries.resolve(name).toString(),
                file.toString()));
        Path needed = libraries.resolve("libneeded.so"); // the libraries made after it ask for it
        if (Files.exists(needed)) {
            command.addAll(List.of("-Wl,--no-as-needed", needed.toString()));
        }
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), name);
    }

    /** Asks for CUDA in a process that sees the stand-ins. */
    private Outcome run(Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dimagespace.cache=" + libraries.resolve("cache"),
                "-cp",
                System.getProperty("java.class.path"),
                "imagespace.cli.Main",
                "throughput",
                "--net",
                "keras",
                "--backend",
                "cuda"));
        builder.environment().remove("IMAGESPACE_CUDA");
        builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        builder.environment().putAll(environment);
        Path errors = libraries.resolve("errors");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(errors.toFile());
        int status = builder.start().waitFor();
        String said = Files.readString(errors, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
                .reduce("", (a, b) -> a.isEmpty() ? b : a + "\n" + b);
        return new Outcome(status, said);
    }
}
