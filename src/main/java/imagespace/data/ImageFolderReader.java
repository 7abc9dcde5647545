package imagespace.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A folder of images by class: {@code train/CLASS/*.png|jpg|jpeg} and {@code test/CLASS/...}. Any size and colour model;
 * brought to 32x32 pixels of red, green and blue by {@link ImageScaler}. Files count in the order of their names.
 */
final class ImageFolderReader {
    private static final int SIDE = 32;
    private static final int CHANNELS = 3;
    private static final int SIZE = SIDE * SIDE * CHANNELS;
    private static final Set<String> SUFFIXES = Set.of("png", "jpg", "jpeg");

    private ImageFolderReader() {}

    static boolean recognises(Path folder) {
        return Files.isDirectory(folder.resolve("train")) || Files.isDirectory(folder.resolve("test"));
    }

    static Corpus read(Path folder) throws DataException {
        List<String> classes = classes(folder, "train");
        List<String> testClasses = classes(folder, "test");
        checkAllIn(classes, testClasses, folder.resolve("test"));
        checkAllIn(testClasses, classes, folder.resolve("train"));
        if (classes.size() < 2) {
            throw new DataException(folder + ": there is only the class " + classes + "; at least 2 are needed");
        }
        List<String> files = new ArrayList<>();
        Dataset train = split(folder, "train", classes, files);
        Dataset test = split(folder, "test", classes, new ArrayList<>());
        return new Corpus(Corpora.name(folder), train, test, files, CorpusDigest.of(train, test));
    }

    private static void checkAllIn(List<String> classes, List<String> others, Path split) throws DataException {
        for (String name : classes) {
            if (!others.contains(name)) {
                throw new DataException(split + " lacks the class '" + name
                        + "', which the other split has: the classes must be the same; add it, or take it out there");
            }
        }
    }

    private static List<String> classes(Path folder, String split) throws DataException {
        if (!Files.isDirectory(folder.resolve(split))) {
            throw new DataException(
                    folder + " lacks the folder " + split + "/, with a folder of images for each class");
        }
        return Corpora.entries(folder.resolve(split)).stream()
                .filter(Files::isDirectory)
                .map(path -> path.getFileName().toString())
                .toList();
    }

    private static Dataset split(Path folder, String split, List<String> classes, List<String> names)
            throws DataException {
        List<Path> files = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        for (int c = 0; c < classes.size(); c++) {
            Path classFolder = folder.resolve(split).resolve(classes.get(c));
            int before = files.size();
            for (Path file : Corpora.entries(classFolder)) {
                if (Files.isRegularFile(file)) {
                    checkSuffix(file);
                    files.add(file);
                    labels.add(c);
                    names.add(folder.relativize(file).toString().replace('\\', '/'));
                }
            }
            if (files.size() == before) {
                throw new DataException(classFolder + " is empty: a class needs images in both splits");
            }
        }
        byte[] pixels = new byte[Room.bytes(folder.resolve(split), files.size(), SIZE)];
        Optional<DataException> bad = IntStream.range(0, files.size())
                .parallel()
                .mapToObj(i -> decode(files.get(i), pixels, i * SIZE))
                .flatMap(Optional::stream)
                .findFirst();
        if (bad.isPresent()) {
            throw bad.get();
        }
        int[] labelArray = labels.stream().mapToInt(Integer::intValue).toArray();
        return Dataset.of(new Images(pixels, SIDE, SIDE, CHANNELS), labelArray, classes);
    }

    private static void checkSuffix(Path file) throws DataException {
        String name = file.getFileName().toString();
        String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (!SUFFIXES.contains(suffix)) {
            throw new DataException(file + " is no image ("
                    + String.join(", ", SUFFIXES.stream().sorted().toList())
                    + "); take it out of the folder, or convert it");
        }
    }

    /** Decodes one file, or says what is wrong with it. */
    private static Optional<DataException> decode(Path file, byte[] pixels, int at) {
        try {
            System.arraycopy(ImageScaler.read(file, SIDE), 0, pixels, at, SIZE);
            return Optional.empty();
        } catch (DataException e) {
            return Optional.of(e);
        }
    }
}
