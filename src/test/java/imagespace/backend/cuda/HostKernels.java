package imagespace.backend.cuda;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.opentest4j.TestAbortedException;

/** The kernels of {@code native}, compiled for the CPU by the C++ compiler at hand ({@code src/test/native/host.cpp}). */
final class HostKernels {
    private static final List<String> WHAT_WENT_WRONG = List.of(
            "",
            "there is no such kernel in host.cpp's list",
            "it takes another number of arguments",
            "too many threads a block",
            "its threads do not all come to the same barriers",
            "it has barriers, and host.cpp lists it as one without",
            "it uses more shared memory than its launch gives, or does not wait for copies to it");

    private static MethodHandle launch;

    private HostKernels() {}

    /** Runs all threads of all blocks; arguments as those of {@link Commands#run}. */
    static void run(String kernel, int sharedBytes, int blocksX, int blocksY, Object... arguments) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, arguments.length);
            for (int i = 0; i < arguments.length; i++) {
                pointers.setAtIndex(ValueLayout.ADDRESS, i, argument(arena, arguments[i]));
            }
            int status = (int) launch.invoke(
                    arena.allocateFrom(kernel),
                    sharedBytes,
                    blocksX,
                    blocksY,
                    Commands.BLOCK,
                    pointers,
                    arguments.length);
            if (status != 0) {
                throw new IllegalStateException(kernel + ": " + WHAT_WENT_WRONG.get(status));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment argument(Arena arena, Object argument) {
        return switch (argument) {
            case Long value -> arena.allocateFrom(ValueLayout.JAVA_LONG, value);
            case Integer value -> arena.allocateFrom(ValueLayout.JAVA_INT, value);
            case Float value -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, value);
            case int[] values -> arena.allocateFrom(ValueLayout.JAVA_INT, values);
            case long[] values -> arena.allocateFrom(ValueLayout.JAVA_LONG, values);
            default -> throw new IllegalArgumentException("an argument of a kernel: " + argument);
        };
    }

    /** Compiles them, once; where there is no compiler the test is reported as skipped. */
    @SuppressWarnings("restricted")
    static synchronized void load() {
        if (launch != null) {
            return;
        }
        try {
            Path library = Files.createTempFile("imagespace-kernels", ".so");
            library.toFile().deleteOnExit();
            compile(library);
            launch = Linker.nativeLinker()
                    .downcallHandle(
                            SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow("launch"),
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.JAVA_INT));
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void compile(Path library) throws IOException, InterruptedException {
        Process compiler;
        try {
            compiler = new ProcessBuilder(List.of(
                            "g++",
                            "-std=c++17",
                            "-O2",
                            "-U_FORTIFY_SOURCE",
                            "-Wall",
                            "-Wextra",
                            "-Werror",
                            "-Wno-unknown-pragmas", // of CUDA's compiler
                            "-ffp-contract=off",
                            "-shared",
                            "-fPIC",
                            "-I",
                            "native",
                            "src/test/native/host.cpp",
                            "-o",
                            library.toString()))
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new TestAbortedException("no g++ here, so the kernels' logic is not tested: " + e.getMessage());
        }
        String output = new String(compiler.getInputStream().readAllBytes());
        if (compiler.waitFor() != 0) {
            throw new IllegalStateException("the kernels do not compile as C++:\n" + output);
        }
    }
}
