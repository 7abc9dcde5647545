package imagespace.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A library with the name of one of CUDA 12's that forwards to CUDA 13's ({@code native/forward.h} says how). Built by
 * the C compiler at hand when it is first needed, and kept in the user's cache folder.
 *
 * @param soname the name that JCuda asks for
 * @param target the library that does the work
 * @param companion how the name of what either needs from its own folder begins
 * @param source in {@code native/}
 */
record ForwardingLibrary(String soname, String target, String companion, String source) {
    static final List<ForwardingLibrary> ALL = List.of(
            new ForwardingLibrary("libcublas.so.12", "libcublas.so.13", "libcublasLt.so.", "forward-cublas.c"),
            new ForwardingLibrary("libnvrtc.so.12", "libnvrtc.so.13", "libnvrtc-builtins.so.", "forward-nvrtc.c"));

    private static final String HEADER = "forward.h";
    private static final List<String> COMPILERS = List.of("cc", "gcc", "clang");
    /** Goes into the file's name: a new version of the sources is built anew. */
    private static final int VERSION = 1;

    /** It is needed and cannot be built; the message says why and what to do. */
    static final class NotBuiltException extends Exception {
        private static final long serialVersionUID = 1;

        NotBuiltException(String message) {
            super(message);
        }
    }

    private Path cached() {
        return CacheFolder.path().resolve("forward-" + VERSION).resolve(soname);
    }

    /** The library, built if it is not there yet. */
    Path file() throws NotBuiltException {
        Path cached = cached();
        if (Files.isRegularFile(cached)) {
            return cached;
        }
        try {
            build(cached);
            return cached;
        } catch (IOException e) {
            throw new NotBuiltException(
                    "cannot build " + soname + " (which forwards to " + target + ") in " + cached.getParent() + ": "
                            + e.getMessage() + "; set XDG_CACHE_HOME to a folder that can be written");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotBuiltException("interrupted while building " + soname);
        }
    }

    /** Why it cannot be had, if that is known without building it. */
    Optional<String> obstacle() {
        return Files.isRegularFile(cached()) || compiler().isPresent()
                ? Optional.empty()
                : Optional.of(
                        "only " + target + " is here; a C compiler is needed once to build a library that forwards "
                                + soname + " to it; install gcc, or CUDA 12's libraries");
    }

    private static Optional<String> compiler() {
        String path = System.getenv("PATH");
        return COMPILERS.stream()
                .filter(name -> Stream.of(path == null ? new String[0] : path.split(":"))
                        .filter(folder -> !folder.isEmpty())
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))))
                .findFirst();
    }

    private void build(Path target) throws IOException, InterruptedException, NotBuiltException {
        String compiler =
                compiler().orElseThrow(() -> new NotBuiltException(obstacle().orElseThrow()));
        Files.createDirectories(target.getParent());
        Path folder = Files.createTempDirectory(target.getParent(), "build");
        try {
            unpack(HEADER, folder);
            unpack(source, folder);
            Files.writeString(folder.resolve("versions"), soname + " { global: *; };\n");
            List<String> command = new ArrayList<>(List.of(compiler, "-shared", "-fPIC", "-O2"));
            command.addAll(List.of("-Wl,-soname," + soname, "-Wl,--version-script,versions"));
            command.addAll(List.of("-o", soname, source, "-ldl"));
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new NotBuiltException(
                        "'" + String.join(" ", command) + "' fails: " + output.strip() + "; is the compiler complete?");
            }
            Files.move(folder.resolve(soname), target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(folder);
        }
    }

    private static void unpack(String name, Path folder) throws IOException {
        try (InputStream in = ForwardingLibrary.class.getResourceAsStream("/native/" + name)) {
            if (in == null) {
                throw new IOException("the jar lacks native/" + name);
            }
            Files.copy(in, folder.resolve(name));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
