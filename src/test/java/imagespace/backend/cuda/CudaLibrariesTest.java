package imagespace.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import imagespace.backend.BackendUnavailableException;
import imagespace.backend.Backends;
import imagespace.backend.DeviceException;
import imagespace.backend.Precision;
import imagespace.backend.cuda.Commands.PlainConvolution;
import imagespace.backend.cuda.CudaDetection.Part;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;
import jcuda.nvrtc.JNvrtc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Finding, forwarding to and loading CUDA's libraries, none of which needs a GPU. The tests that need the libraries are
 * skipped without them; IMAGESPACE_CUDA can name where they are.
 */
class CudaLibrariesTest {
    private static final String PROPERTY = "imagespace.cache";

    @TempDir
    Path cache;

    @BeforeEach
    void useAnEmptyCache() {
        System.setProperty(PROPERTY, cache.toString());
    }

    @AfterEach
    void useTheUsualCache() {
        System.clearProperty(PROPERTY);
    }

    @Test
    void withoutAGpuEveryNameSaysWhatIsMissingAndWhatToDo() throws BackendUnavailableException {
        CudaDetection.Report report = CudaDetection.detect();
        assumeTrue(report.reason().isPresent(), "skipped: a GPU is here");
        assertTrue(report.missing().stream().allMatch(part -> part.detail().length() > 20), report.toString());
        BackendUnavailableException e = assertThrows(BackendUnavailableException.class, () -> Backends.open("cuda", 1));
        assertTrue(e.getMessage().contains(report.reason().orElseThrow()), e.getMessage());
        assertTrue(e.getMessage().contains("--backend cpu"), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
        try (var backend = Backends.open("auto", 1)) {
            assertEquals("cpu", backend.name());
        }
    }

    @Test
    void librariesOfCuda13WantADriverForIt() {
        List<Part> libraries = List.of(new Part("cuBLAS", "libcublas.so.13"), new Part("cuDNN", "libcudnn.so.9"));
        Part part = CudaDetection.pairing(12_040, libraries).orElseThrow();
        assertTrue(part.detail().contains("12.4") && part.detail().contains("580"), part.detail());
        assertEquals(Optional.empty(), CudaDetection.pairing(13_000, libraries));
        assertEquals(Optional.empty(), CudaDetection.pairing(12_040, List.of(new Part("cuBLAS", "libcublas.so.12"))));
    }

    @Test
    void theMessageOfAFullGpuHasTheSizes() {
        String message = new DeviceMemoryException(3L << 30, 1L << 30, 8L << 30).getMessage();
        assertTrue(message.contains("3072.0 MiB asked, 1024.0 MiB free of 8192.0 MiB"), message);
    }

    /** Without what it forwards to, a forwarded function fails as the library's own functions do: by its status. */
    @Test
    @SuppressWarnings("restricted")
    void forwardingLibrariesAreBuiltOnceAndFailByStatus() throws Throwable {
        ForwardingLibrary nvrtc = ForwardingLibrary.ALL.get(1);
        assumeTrue(nvrtc.obstacle().isEmpty(), "skipped: " + nvrtc.obstacle().orElse(""));
        Path built = nvrtc.file();
        assertTrue(built.startsWith(cache) && Files.isRegularFile(built));
        assertEquals(built, nvrtc.file());
        try (Stream<Path> files = Files.list(built.getParent())) {
            assertEquals(List.of(built), files.toList(), "nothing is left of building");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
            int status = (int) Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(built, arena).findOrThrow("nvrtcVersion"),
                            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                    .invoke(numbers, numbers.asSlice(Integer.BYTES));
            boolean target = CudaLibraries.opens(nvrtc.target());
            int internalError = 11;
            assertTrue(target || status == internalError, "status " + status);
        }
    }

    private static void assumeLibraries() throws ForwardingLibrary.NotBuiltException {
        for (String names : List.of("libcublas.so.1[23]", "libnvrtc.so.1[23]", "libcudnn.so.9")) {
            assumeTrue(
                    Stream.of("3", "2").anyMatch(v -> CudaLibraries.opens(names.replace("[23]", v))),
                    "skipped: no " + names + " here; IMAGESPACE_CUDA can say where");
        }
        CudaLibraries.load();
    }

    @Test
    void jcudaReachesCublasAndCudnn() throws ForwardingLibrary.NotBuiltException {
        assumeLibraries();
        assertEquals(
                "success",
                JCublas2.cublasGetStatusString(0).toLowerCase(Locale.ROOT).replace("cublas_status_", ""));
        assertTrue(JCudnn.cudnnGetVersion() >= 90_000);
        PlainConvolution shape = new PlainConvolution(128, 32, 32, 3, 64, 3, 1, 1, 1);
        for (Precision precision : Precision.values()) {
            try (CudnnDescriptors d = new CudnnDescriptors(shape, precision)) {
                int[] n = new int[1];
                int[] c = new int[1];
                int[] h = new int[1];
                int[] w = new int[1];
                JCudnn.cudnnGetConvolution2dForwardOutputDim(d.convolution(0), d.in(), d.filter(), n, c, h, w);
                assertArrayEquals(new int[] {128, 64, 32, 32}, new int[] {n[0], c[0], h[0], w[0]});
            }
        }
    }

    @Test
    void nvrtcCompilesTheKernelsAndTheCacheKeepsThem() throws ForwardingLibrary.NotBuiltException, IOException {
        assumeLibraries();
        int[] version = new int[2];
        int[] minor = new int[1];
        JNvrtc.nvrtcVersion(version, minor);
        assertTrue(version[0] >= 12);
        byte[] code = KernelModule.machineCode("sm_90");
        assertEquals("ELF", new String(code, 1, 3));
        Set<Path> kept;
        try (Stream<Path> files = Files.list(cache)) {
            kept = files.filter(Files::isRegularFile).collect(Collectors.toSet());
        }
        assertEquals(1, kept.size());
        Path file = kept.iterator().next();
        byte[] other = {1, 2, 3};
        Files.write(file, other);
        assertArrayEquals(other, KernelModule.machineCode("sm_90"), "the second time it comes from the cache");
        DeviceException e = assertThrows(DeviceException.class, () -> KernelModule.machineCode("sm_1"));
        assertTrue(e.getMessage().contains("sm_1"), e.getMessage());
    }

    /** CUDA's own compiler, with all its warnings as errors. */
    @Test
    void nvccCompilesTheKernels() throws IOException, InterruptedException {
        Path both = cache.resolve("both.cu");
        Files.writeString(both, "#include \"kernels.cu\"\n#include \"convolutions.cu\"\n");
        Process nvcc;
        try {
            nvcc = new ProcessBuilder(
                            nvcc(),
                            "-Werror",
                            "all-warnings",
                            "-arch=sm_90",
                            "--fmad=false",
                            "-cubin",
                            "-o",
                            cache.resolve("kernels.cubin").toString(),
                            "-I",
                            "native",
                            both.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "skipped: no nvcc here");
            return;
        }
        String output = new String(nvcc.getInputStream().readAllBytes());
        assertEquals(0, nvcc.waitFor(), output);
    }

    private static String nvcc() {
        Path usual = Path.of("/usr/local/cuda/bin/nvcc");
        return Files.isExecutable(usual) ? usual.toString() : "nvcc";
    }
}
