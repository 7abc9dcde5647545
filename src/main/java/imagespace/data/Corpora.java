package imagespace.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Opens a data set by name or path, whatever its format. */
public final class Corpora {
    /** Where {@code data fetch} puts CIFAR-10, under the data folder. */
    public static final String CIFAR10_FOLDER = "cifar-10-batches-bin";

    private static final int CIFAR10_TRAIN = 50_000;
    private static final int CIFAR10_TEST = 10_000;

    private Corpora() {}

    /**
     * Opens "scenes" (embedded), "cifar10" (IMAGESPACE_DATA, else {@code data/} here or beside the program), or the path
     * of a folder: the CIFAR-10 binary layout, MNIST-style IDX files, or images by class.
     */
    public static Corpus open(String nameOrPath) throws DataException {
        try {
            return switch (nameOrPath) {
                case "scenes" -> Scenes.corpus();
                case "cifar10" -> cifar10(cifar10Places());
                default -> openFolder(path(nameOrPath));
            };
        } catch (OutOfMemoryError e) { // each file had room, but not all at once; what was read is free again
            throw new DataException(
                    nameOrPath + " needs more memory than Java has here: give more with"
                            + " IMAGESPACE_JAVA_OPTIONS=-Xmx8g, or use less data",
                    e);
        }
    }

    private static Corpus openFolder(Path folder) throws DataException {
        if (!Files.isDirectory(folder)) {
            throw new DataException(
                    "no data set '" + folder + "': it is neither 'scenes' nor 'cifar10' nor a folder that exists");
        }
        if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
            throw new DataException(folder + " may not be read: ask for its permission, or copy it");
        }
        if (CifarReader.recognises(folder)) {
            return CifarReader.read(folder, name(folder));
        }
        if (CifarReader.recognises(folder.resolve(CIFAR10_FOLDER))) {
            return CifarReader.read(folder.resolve(CIFAR10_FOLDER), name(folder));
        }
        if (IdxReader.recognises(folder)) {
            return IdxReader.read(folder);
        }
        if (ImageFolderReader.recognises(folder)) {
            return ImageFolderReader.read(folder);
        }
        throw new DataException(folder + " holds no data set that is known: neither data_batch_1.bin (CIFAR-10), nor"
                + " train-images-idx3-ubyte (IDX), nor a folder train/ with a folder of images for each class");
    }

    private static List<Path> cifar10Places() throws DataException {
        String chosen = System.getenv("IMAGESPACE_DATA");
        String home = System.getProperty("imagespace.home", ".");
        return chosen != null && !chosen.isBlank()
                ? List.of(path(chosen), path(chosen).resolve(CIFAR10_FOLDER))
                : List.of(Path.of("data", CIFAR10_FOLDER), Path.of(home, "data", CIFAR10_FOLDER));
    }

    /** CIFAR-10 at the first of the places that has it, and all of it: by this name nobody means a part. */
    static Corpus cifar10(List<Path> places) throws DataException {
        Path folder = places.stream()
                .filter(CifarReader::recognises)
                .findFirst()
                .orElseThrow(() -> new DataException("no CIFAR-10 in " + places.getFirst()
                        + "; run './imagespace data fetch cifar10', or set IMAGESPACE_DATA to the"
                        + " folder that holds it"));
        Corpus corpus = CifarReader.read(folder, "cifar10");
        if (corpus.train().size() != CIFAR10_TRAIN || corpus.test().size() != CIFAR10_TEST) {
            throw new DataException(folder + " holds " + corpus.train().size() + " training and "
                    + corpus.test().size() + " test images, not the " + CIFAR10_TRAIN + " and " + CIFAR10_TEST
                    + " of CIFAR-10; fetch it again, or name the folder itself to use it as it is");
        }
        return corpus;
    }

    private static Path path(String text) throws DataException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new DataException("no data set can be at such a path (" + e.getReason() + ")", e);
        }
    }

    /** A name for a data set: that of its folder. */
    static String name(Path folder) {
        Path last = folder.toAbsolutePath().normalize().getFileName();
        return last == null ? "data" : last.toString();
    }

    /** Why a file could not be read. Exceptions of the file system often say no more than its name. */
    static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "it may not be read; ask for its permission";
            case NoSuchFileException missing -> "it is not there";
            case CharacterCodingException coding -> "it is not UTF-8";
            default -> e.getMessage();
        };
    }

    /** Sorted entries of a folder, hidden ones left out. */
    static List<Path> entries(Path folder) throws DataException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted(Comparator.comparing(path -> path.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new DataException("cannot list " + folder + " (" + reason(e) + ")", e);
        } catch (UncheckedIOException e) { // from the middle of the listing
            throw new DataException("cannot list " + folder + " (" + reason(e.getCause()) + ")", e);
        }
    }
}
