package imagespace.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Opens a data set by name or path, whatever its format. */
public final class Corpora {
    /** Where {@code data fetch} puts CIFAR-10, under the data folder. */
    public static final String CIFAR10_FOLDER = "cifar-10-batches-bin";

    private Corpora() {}

    /**
     * Opens "scenes" (embedded), "cifar10" (IMAGESPACE_DATA, else {@code data/} here or beside the program), or the path
     * of a folder: the CIFAR-10 binary layout, MNIST-style IDX files, or images by class.
     */
    public static Corpus open(String nameOrPath) throws DataException {
        return switch (nameOrPath) {
            case "scenes" -> Scenes.corpus();
            case "cifar10" -> CifarReader.read(cifar10());
            default -> openFolder(Path.of(nameOrPath));
        };
    }

    private static Corpus openFolder(Path folder) throws DataException {
        if (!Files.isDirectory(folder)) {
            throw new DataException(
                    "no data set '" + folder + "': it is neither 'scenes' nor 'cifar10' nor a folder that exists");
        }
        if (CifarReader.recognises(folder)) {
            return CifarReader.read(folder);
        }
        if (CifarReader.recognises(folder.resolve(CIFAR10_FOLDER))) {
            return CifarReader.read(folder.resolve(CIFAR10_FOLDER));
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

    private static Path cifar10() throws DataException {
        String chosen = System.getenv("IMAGESPACE_DATA");
        String home = System.getProperty("imagespace.home", ".");
        List<Path> places = chosen != null && !chosen.isBlank()
                ? List.of(Path.of(chosen), Path.of(chosen, CIFAR10_FOLDER))
                : List.of(Path.of("data", CIFAR10_FOLDER), Path.of(home, "data", CIFAR10_FOLDER));
        Optional<Path> found = places.stream().filter(CifarReader::recognises).findFirst();
        return found.orElseThrow(() -> new DataException("no CIFAR-10 in " + places.getFirst()
                + "; run 'imagespace data fetch cifar10', or set IMAGESPACE_DATA to the folder that holds it"));
    }

    /** Sorted entries of a folder, hidden ones left out. */
    static List<Path> entries(Path folder) throws DataException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new DataException("cannot list " + folder + " (" + e.getMessage() + ")", e);
        }
    }
}
