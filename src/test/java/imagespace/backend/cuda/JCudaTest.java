package imagespace.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.backend.Backends;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.CudaOptions;
import imagespace.backend.Precision;
import imagespace.backend.TestData;
import imagespace.backend.cpu.CpuBackend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real {@link GpuDevice} without a GPU: JCuda and its native libraries, over stand-ins of the driver, cuBLAS, NVRTC and
 * cuDNN ({@code src/test/native/cuda}). They compute on the CPU, and refuse what does not arrive as meant: so every
 * argument's way through JCuda is checked, also that of a Java class of one version to a native library of another.
 */
class JCudaTest {
    private static final String[] NETWORKS = {"mixed", "keras"};
    private static final int SIDE_BY_SIDE = 3;

    @TempDir
    static Path libraries;

    @BeforeAll
    static void build() throws Exception {
        assumeTrue(CudaDetection.detect().reason().isPresent(), "skipped: a GPU is here");
        assumeTrue(StandIns.cppCompiler().isPresent(), "skipped: no C++ compiler");
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "skipped: JCuda has natives for x86-64 only");
        StandIns.build(libraries, 12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fp32", "tf32", "bf16"})
    void operatorsAgreeWithTheReference(String precision) throws Exception {
        StandIns.Outcome outcome =
                StandIns.run(libraries, Map.of(), "imagespace.backend.CudaCheck", precision, "--operators");
        assertEquals(0, outcome.status(), outcome.errors());
        assertTrue(outcome.errors().contains("Stand-in"), outcome.errors());
    }

    /** The same over libraries that forward to those of CUDA 13. */
    @Test
    void cuda13IsReachedByForwarding(@TempDir Path newer) throws Exception {
        StandIns.build(newer, 13);
        StandIns.Outcome outcome = StandIns.run(newer, Map.of(), "imagespace.backend.CudaCheck", "fp32", "--operators");
        assertEquals(0, outcome.status(), outcome.errors());
        assertTrue(Files.isRegularFile(newer.resolve("cache/forward-1/libcublas.so.12")), "cuBLAS is forwarded");
        assertTrue(Files.isRegularFile(newer.resolve("cache/forward-1/libnvrtc.so.12")), "NVRTC is forwarded");
    }

    @Test
    void trainingsFollowTheCpu() throws Exception {
        StandIns.Outcome outcome = StandIns.run(libraries, Map.of(), JCudaTest.class.getName());
        assertEquals(0, outcome.status(), outcome.errors());
    }

    /** Trainings, a full GPU, and what is left of it. In the process that sees the stand-ins. */
    public static void main(String[] args) throws Exception {
        List<float[]> alone;
        try (Backend cuda = open();
                Backend cpu = new CpuBackend(1)) {
            for (String network : NETWORKS) {
                List<float[]> expected = CudaTrainingTest.train(cpu, network);
                List<float[]> actual = CudaTrainingTest.train(cuda, network);
                for (int i = 0; i < expected.size(); i++) {
                    double error =
                            TestData.relativeError(TestData.doubles(actual.get(i)), TestData.doubles(expected.get(i)));
                    assertTrue(error < 1e-4, network + ": result " + i + " is off by " + error);
                }
            }
            alone = CudaTrainingTest.train(cuda, "keras");
            DeviceMemoryException e = assertThrows(DeviceMemoryException.class, () -> cuda.tensor(1 << 30));
            assertTrue(e.getMessage().contains("4096.0 MiB asked"), e.getMessage());
            assertTrue(e.getMessage().contains("of 1024.0 MiB"), e.getMessage());
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(SIDE_BY_SIDE)) {
            List<Future<List<float[]>>> beside = new ArrayList<>();
            for (int i = 0; i < SIDE_BY_SIDE; i++) {
                beside.add(threads.submit(() -> {
                    try (Backend cuda = open()) {
                        return CudaTrainingTest.train(cuda, "keras");
                    }
                }));
            }
            for (Future<List<float[]>> results : beside) {
                for (int i = 0; i < alone.size(); i++) {
                    assertArrayEquals(alone.get(i), results.get().get(i), "beside others, result " + i);
                }
            }
        }
        assertEquals(1L << 30, GpuMemory.free(), "memory is left on the GPU");
        try (Backend chosen = Backends.open("auto", 1)) {
            assertEquals("cuda", chosen.name());
        }
    }

    private static Backend open() throws BackendUnavailableException {
        return Backends.open("cuda", 0, ConvAlgorithm.AUTO, new CudaOptions(Precision.FP32, false));
    }
}
