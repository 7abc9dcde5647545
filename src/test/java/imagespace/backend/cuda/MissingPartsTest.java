package imagespace.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    @BeforeEach
    void needsACompilerAndNoGpu() {
        assumeTrue(CudaDetection.detect().reason().isPresent(), "skipped: a GPU is here");
        assumeTrue(StandIns.compiler().isPresent(), "skipped: no C compiler");
    }

    private static void says(StandIns.Outcome outcome, String... parts) {
        assertEquals(2, outcome.status(), outcome.errors());
        assertEquals(1, outcome.errors().lines().count(), outcome.errors());
        for (String part : parts) {
            assertTrue(outcome.errors().contains(part), () -> "'" + part + "' is not in: " + outcome.errors());
        }
    }

    @Test
    void noDriver() throws Exception {
        libraries("libcublas.so.12", "libnvrtc.so.12", "libcudnn.so.9");
        says(run(Map.of()), "NVIDIA driver missing", "install the driver");
    }

    @Test
    void aDriverThatFindsNoGpu() throws Exception {
        libraries("libcublas.so.12", "libnvrtc.so.12", "libcudnn.so.9");
        driver();
        says(run(Map.of("STAND_IN_INIT", "100")), "GPU missing", "cuInit answers 100", "nvidia-smi");
        says(run(Map.of("STAND_IN_DEVICES", "0")), "GPU missing", "CUDA_VISIBLE_DEVICES");
    }

    @Test
    void eachLibrary() throws Exception {
        driver();
        says(run(Map.of()), "cuBLAS missing", "libcublas.so.12 or libcublas.so.13", "IMAGESPACE_CUDA");
        libraries("libcublas.so.12");
        says(run(Map.of()), "NVRTC missing", "libnvrtc.so.12 or libnvrtc.so.13");
        libraries("libnvrtc.so.12");
        says(run(Map.of()), "cuDNN missing", "libcudnn.so.9", "install cuDNN 9");
    }

    @Test
    void aLibraryThatDoesNotLoad() throws Exception {
        driver();
        libraries("libcublas.so.12", "libnvrtc.so.12");
        libraries("libneeded.so", "libcudnn.so.9");
        Path toolkit = Files.createDirectory(libraries.resolve("toolkit"));
        Files.move(libraries.resolve("libcudnn.so.9"), toolkit.resolve("libcudnn.so.9"));
        Files.delete(libraries.resolve("libneeded.so"));
        says(run(Map.of("IMAGESPACE_CUDA", toolkit.toString())), "cuDNN missing", "does not load", "ldd");
    }

    @Test
    void aDriverTooOldForTheLibraries() throws Exception {
        driver();
        libraries("libcublas.so.13", "libnvrtc.so.13", "libcudnn.so.9");
        says(run(Map.of("STAND_IN_VERSION", "12040")), "newer NVIDIA driver", "CUDA 12.4", "580");
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
                StandIns.compiler().orElseThrow().toString(),
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
    private StandIns.Outcome run(Map<String, String> environment) throws IOException, InterruptedException {
        return StandIns.run(
                libraries, environment, "imagespace.cli.Main", "throughput", "--net", "keras", "--backend", "cuda");
    }
}
