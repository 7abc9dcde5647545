package imagespace.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Libraries with the names of CUDA's, made by the compiler at hand, and processes that see them. */
final class StandIns {
    private StandIns() {}

    /** What a process ended with; what it said on standard error, without the word on incubator modules. */
    record Outcome(int status, String errors) {}

    /** The C compiler. */
    static Optional<Path> compiler() {
        return executable("cc", "gcc", "clang");
    }

    /** The C++ compiler. */
    static Optional<Path> cppCompiler() {
        return executable("g++", "c++", "clang++");
    }

    private static Optional<Path> executable(String... names) {
        return Stream.of(names)
                .map(name -> Path.of("/usr/bin", name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Builds all of {@code src/test/native/cuda}: a CUDA that computes on the CPU.
     *
     * @param version 12 or 13: in the names of cuBLAS and NVRTC
     */
    static void build(Path folder, int version) throws IOException, InterruptedException {
        Path driver = folder.resolve("libcuda.so.1");
        compile("driver.cpp", driver, List.of("-I", "native"));
        compile("cublas.cpp", folder.resolve("libcublas.so." + version), List.of(driver.toString()));
        compile("nvrtc.cpp", folder.resolve("libnvrtc.so." + version), List.of());
        compile("cudnn.cpp", folder.resolve("libcudnn.so.9"), List.of(driver.toString()));
    }

    private static void compile(String source, Path library, List<String> more)
            throws IOException, InterruptedException {
        String name = library.getFileName().toString();
        List<String> command = new ArrayList<>(List.of(
                cppCompiler().orElseThrow().toString(),
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
                "-Wl,-soname," + name,
                "src/test/native/cuda/" + source,
                "-o",
                library.toString()));
        if (!name.startsWith("libcuda.")) { // JCuda asks the others for functions of a version named like the library
            Path versions = Files.writeString(library.resolveSibling("versions"), name + " { global: *; };\n");
            command.add("-Wl,--version-script," + versions);
        }
        command.addAll(more);
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), name);
    }

    /** Runs a main class in a process that sees the libraries of a folder; what it writes lies there, too. */
    static Outcome run(Path libraries, Map<String, String> environment, String main, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dimagespace.cache=" + libraries.resolve("cache"),
                "-Djava.io.tmpdir=" + libraries, // JCuda unpacks its own libraries there
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("IMAGESPACE_CUDA");
        builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        builder.environment().putAll(environment);
        Path errors = libraries.resolve("errors");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(errors.toFile());
        int status = builder.start().waitFor();
        String said = Files.readString(errors, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
                .collect(Collectors.joining("\n"));
        return new Outcome(status, said);
    }
}
