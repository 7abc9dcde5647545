package imagespace.backend.cuda;

import imagespace.backend.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import jcuda.nvrtc.JNvrtc;
import jcuda.nvrtc.nvrtcProgram;

/**
 * The kernels of {@code native} on the GPU: compiled at run time for the GPU that is there, which takes a second; the result is
 * kept in the user's cache folder under a hash of the source, the options and the compiler's version.
 */
final class KernelModule implements AutoCloseable {
    /** In the order in which they are compiled as one. */
    private static final List<String> SOURCES = List.of("kernels.cu", "convolutions.cu");

    /** What a block may have without more ado. */
    private static final int USUAL_SHARED_BYTES = 48 << 10;

    private final CUmodule module = new CUmodule();
    private final Map<String, CUfunction> functions = new HashMap<>();

    /** @param architecture such as "sm_90" */
    KernelModule(String architecture) {
        Status.driver(JCudaDriver.cuModuleLoadData(module, machineCode(architecture)), "cuModuleLoadData");
    }

    /** @param sharedBytes that its launches give, always as many */
    CUfunction function(String kernel, int sharedBytes) {
        return functions.computeIfAbsent(kernel, name -> {
            CUfunction function = new CUfunction();
            Status.driver(JCudaDriver.cuModuleGetFunction(function, module, name), "cuModuleGetFunction of " + name);
            if (sharedBytes > USUAL_SHARED_BYTES) {
                Status.driver(
                        JCudaDriver.cuFuncSetAttribute(
                                function,
                                CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                sharedBytes),
                        "shared memory of " + name);
            }
            return function;
        });
    }

    @Override
    public void close() {
        JCudaDriver.cuModuleUnload(module);
    }

    /** The kernels for an architecture, compiled or from the cache. Needs NVRTC, but no GPU. */
    static byte[] machineCode(String architecture) {
        String source = source();
        // no fused multiply-adds: the same bits as the CPU, at no cost where memory is the limit
        String[] options = {"--gpu-architecture=" + architecture, "--fmad=false", "--std=c++14"};
        int[] major = new int[1];
        int[] minor = new int[1];
        JNvrtc.nvrtcVersion(major, minor);
        String key = hash(source + String.join(" ", options) + major[0] + "." + minor[0]);
        Path file = CacheFolder.path().resolve("kernels-" + architecture + "-" + key.substring(0, 16) + ".cubin");
        try {
            if (Files.isRegularFile(file)) {
                return Files.readAllBytes(file);
            }
        } catch (IOException e) {
            // then it is compiled again
        }
        byte[] code = compile(source, options);
        keep(file, code);
        return code;
    }

    private static String source() {
        return SOURCES.stream().map(KernelModule::read).collect(Collectors.joining("\n"));
    }

    private static String read(String name) {
        try (InputStream in = KernelModule.class.getResourceAsStream("/native/" + name)) {
            if (in == null) {
                throw new DeviceException("the jar lacks native/" + name + "; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new DeviceException("cannot read native/" + name + " of the jar: " + e.getMessage());
        }
    }

    private static byte[] compile(String source, String[] options) {
        nvrtcProgram program = new nvrtcProgram();
        check(JNvrtc.nvrtcCreateProgram(program, source, "kernels.cu", 0, null, null), "nvrtcCreateProgram");
        try {
            int status = JNvrtc.nvrtcCompileProgram(program, options.length, options);
            if (status != Status.SUCCESS) {
                String[] log = {""};
                JNvrtc.nvrtcGetProgramLog(program, log);
                throw new DeviceException("NVRTC does not compile the kernels with " + String.join(" ", options) + ": "
                        + JNvrtc.nvrtcGetErrorString(status) + ": " + log[0].strip()
                        + " (is NVRTC as new as the GPU, see 'imagespace devices'?)");
            }
            long[] size = new long[1];
            check(JNvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
            byte[] code = new byte[Math.toIntExact(size[0])];
            check(JNvrtc.nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN");
            return code;
        } finally {
            JNvrtc.nvrtcDestroyProgram(program);
        }
    }

    private static void check(int status, String call) {
        if (status != Status.SUCCESS) {
            throw new DeviceException("NVRTC: " + call + " answers " + JNvrtc.nvrtcGetErrorString(status));
        }
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whole or not at all; a cache that cannot be written costs a second next time. */
    private static void keep(Path file, byte[] code) {
        try {
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), "kernels", ".part");
            Files.write(part, code);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // no harm done
        }
    }
}
