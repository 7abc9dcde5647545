package imagespace.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds and opens CUDA's libraries: by the loader's rules (LD_LIBRARY_PATH and the system's folders), else in the folders
 * that IMAGESPACE_CUDA names (several with colons between them) and the usual ones of a toolkit, and in lib64 and lib of
 * those and of the folders in them: so the folder {@code nvidia} of a Python environment serves, too.
 */
final class CudaLibraries {
    private static final List<String> TOOLKITS = List.of("/usr/local/cuda", "/opt/cuda");
    private static final List<String> LIBRARY_FOLDERS = List.of("", "lib64", "lib");

    private CudaLibraries() {}

    /** Opens a library, for as long as the arena is. */
    @SuppressWarnings("restricted")
    static Optional<SymbolLookup> open(String name, Arena arena) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(name, arena));
        } catch (IllegalArgumentException e) {
            return files(name)
                    .map(file -> openFile(file, arena))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
    }

    /** Whether a library can be opened. */
    static boolean opens(String name) {
        try (Arena arena = Arena.ofConfined()) {
            return open(name, arena).isPresent();
        }
    }

    /** The files of that name where CUDA may be, besides the loader's own folders. */
    static Stream<Path> files(String name) {
        String chosen = System.getenv("IMAGESPACE_CUDA");
        Stream<String> roots = chosen == null ? Stream.empty() : Arrays.stream(chosen.split(":"));
        return Stream.concat(roots, TOOLKITS.stream())
                .filter(root -> !root.isEmpty())
                .map(Path::of)
                .flatMap(root -> Stream.concat(Stream.of(root), folders(root)))
                .flatMap(root -> LIBRARY_FOLDERS.stream()
                        .map(folder -> root.resolve(folder).resolve(name)))
                .filter(Files::isRegularFile);
    }

    private static Stream<Path> folders(Path root) {
        if (!Files.isDirectory(root)) {
            return Stream.empty();
        }
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory).sorted().toList().stream();
        } catch (IOException | UncheckedIOException e) {
            return Stream.empty(); // it may not be looked into
        }
    }

    @SuppressWarnings("restricted")
    static Optional<SymbolLookup> openFile(Path file, Arena arena) {
        try {
            return Optional.of(SymbolLookup.libraryLookup(file, arena));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // there, but a library that it needs is not
        }
    }

    /**
     * Opens all that JCuda's libraries need, for good: they ask for them by name, and get what is open already. Call it
     * when {@link CudaDetection} has found everything, before any of JCuda's classes is used.
     *
     * @throws ForwardingLibrary.NotBuiltException if CUDA 13 needs a forwarding library that cannot be built
     */
    static void load() throws ForwardingLibrary.NotBuiltException {
        for (ForwardingLibrary library : ForwardingLibrary.ALL) {
            boolean forward = !opens(library.soname());
            String name = forward ? library.target() : library.soname();
            companions(name, library.companion()).forEach(file -> openFile(file, Arena.global()));
            open(name, Arena.global());
            if (forward) {
                openFile(library.file(), Arena.global());
            }
        }
        open("libcudnn.so.9", Arena.global());
    }

    /** What a library looks for by name, from the folder where it was found itself if not by the loader. */
    private static List<Path> companions(String library, String prefix) {
        Optional<Path> folder = files(library).findFirst().map(Path::getParent);
        if (folder.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder.get())) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }
}
