package imagespace.backend.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which parts of CUDA are here, found by opening each library by itself, so that every missing one has a reason and a
 * remedy of its own. Loads nothing of JCuda and needs no GPU.
 */
public final class CudaDetection {
    /** Something that was found or missed: what, and a version, name, or reason and remedy. */
    public record Part(String what, String detail) {}

    /** What was found, and what is missing. */
    public record Report(List<Part> found, List<Part> missing) {
        /** Why no GPU can be used, in one line; empty if nothing is missing. */
        public Optional<String> reason() {
            return missing.stream().findFirst().map(part -> part.what() + " missing: " + part.detail());
        }
    }

    /** A library under any of several names, the one that JCuda asks for first. */
    private record Library(String what, List<String> names, String remedy) {}

    private static final List<Library> LIBRARIES = List.of(
            new Library(
                    "cuBLAS",
                    List.of("libcublas.so.12", "libcublas.so.13"),
                    "install the CUDA 12 or 13 toolkit, or point LD_LIBRARY_PATH or IMAGESPACE_CUDA to its libraries"),
            new Library(
                    "NVRTC",
                    List.of("libnvrtc.so.12", "libnvrtc.so.13"),
                    "install the CUDA 12 or 13 toolkit, or point LD_LIBRARY_PATH or IMAGESPACE_CUDA to its libraries"),
            new Library(
                    "cuDNN",
                    List.of("libcudnn.so.9"),
                    "install cuDNN 9, or point LD_LIBRARY_PATH or IMAGESPACE_CUDA to it"));

    private static final int SUCCESS = 0;
    /** As cuDriverGetVersion counts. */
    private static final int CUDA_13 = 13_000;

    private CudaDetection() {}

    /** Looks for the driver, its devices and the libraries. */
    public static Report detect() {
        List<Part> found = new ArrayList<>();
        List<Part> missing = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            int driver = driver(arena, found, missing);
            for (Library library : LIBRARIES) {
                Optional<String> name =
                        library.names().stream().filter(CudaLibraries::opens).findFirst();
                name.ifPresentOrElse(
                        present -> found.add(new Part(library.what(), present)),
                        () -> missing.add(new Part(library.what(), whyMissing(library))));
            }
            if (missing.isEmpty()) {
                pairing(driver, found).ifPresent(missing::add);
                forwarding(found, missing);
            }
        }
        return new Report(List.copyOf(found), List.copyOf(missing));
    }

    /** Libraries of CUDA 13 want a driver for it. */
    static Optional<Part> pairing(int driver, List<Part> found) {
        boolean newer = found.stream().anyMatch(part -> part.detail().endsWith(".so.13"));
        return newer && driver < CUDA_13
                ? Optional.of(new Part(
                        "newer NVIDIA driver",
                        "this one is for CUDA " + cuda(driver)
                                + ", the libraries are CUDA 13's; install driver 580 or newer, or CUDA 12's libraries"))
                : Optional.empty();
    }

    private static String cuda(int version) {
        return version / 1000 + "." + version % 1000 / 10;
    }

    /** With CUDA 13 alone, JCuda needs libraries that forward to it. */
    private static void forwarding(List<Part> found, List<Part> missing) {
        for (ForwardingLibrary library : ForwardingLibrary.ALL) {
            if (!CudaLibraries.opens(library.soname())) {
                library.obstacle()
                        .ifPresentOrElse(
                                why -> missing.add(new Part("forwarding", why)),
                                () -> found.add(new Part("forwarding", library.soname() + " to " + library.target())));
            }
        }
    }

    private static String whyMissing(Library library) {
        return library.names().stream()
                .flatMap(CudaLibraries::files)
                .findFirst()
                .map(file -> file + " does not load; 'ldd " + file + "' names what it needs")
                .orElse("no " + String.join(" or ", library.names()) + "; " + library.remedy());
    }

    /** Returns the driver's version, 0 if there is none. It stays open: closing a driver that has begun is asking for trouble. */
    private static int driver(Arena arena, List<Part> found, List<Part> missing) {
        Optional<SymbolLookup> cuda = CudaLibraries.open("libcuda.so.1", Arena.global());
        if (cuda.isEmpty()) {
            missing.add(new Part(
                    "NVIDIA driver", "no libcuda.so.1; install the driver of an NVIDIA GPU, version 525 or newer"));
            return 0;
        }
        try {
            int status =
                    (int) function(cuda.get(), "cuInit", ValueLayout.JAVA_INT).invoke(0);
            if (status != SUCCESS) {
                missing.add(new Part(
                        "GPU", "cuInit answers " + status + "; is an NVIDIA GPU plugged in and visible (nvidia-smi)?"));
                return 0;
            }
            MemorySegment number = arena.allocate(ValueLayout.JAVA_INT);
            function(cuda.get(), "cuDriverGetVersion", ValueLayout.ADDRESS).invoke(number);
            int version = number.get(ValueLayout.JAVA_INT, 0);
            found.add(new Part("NVIDIA driver", "for CUDA " + cuda(version)));
            function(cuda.get(), "cuDeviceGetCount", ValueLayout.ADDRESS).invoke(number);
            int devices = number.get(ValueLayout.JAVA_INT, 0);
            if (devices == 0) {
                missing.add(new Part("GPU", "the driver knows none; see nvidia-smi and CUDA_VISIBLE_DEVICES"));
            }
            for (int device = 0; device < devices; device++) {
                found.add(new Part("GPU " + device, name(cuda.get(), arena, device)));
            }
            return version;
        } catch (Throwable e) {
            missing.add(new Part("GPU", "the driver did not answer (" + e + "); reinstall it"));
            return 0;
        }
    }

    @SuppressWarnings("restricted")
    private static String name(SymbolLookup cuda, Arena arena, int device) throws Throwable {
        int room = 256;
        MemorySegment name = arena.allocate(room);
        Linker.nativeLinker()
                .downcallHandle(
                        cuda.findOrThrow("cuDeviceGetName"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                .invoke(name, room, device);
        return name.getString(0);
    }

    /** A function of one argument that returns a status. */
    @SuppressWarnings("restricted")
    private static MethodHandle function(SymbolLookup library, String name, MemoryLayout argument) {
        return Linker.nativeLinker()
                .downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(ValueLayout.JAVA_INT, argument));
    }
}
