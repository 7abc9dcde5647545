package imagespace.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * CIFAR-10's binary layout: {@code data_batch_1.bin ...} and {@code test_batch.bin}, records of a label byte and 3,072
 * bytes of a 32x32 image, first all red, then all green, then all blue values.
 */
final class CifarReader {
    static final int SIDE = 32;
    static final int CHANNELS = 3;
    private static final int PLANE = SIDE * SIDE;
    private static final int RECORD = 1 + CHANNELS * PLANE;
    private static final String META = "batches.meta.txt";
    private static final String TEST = "test_batch.bin";
    private static final List<String> NAMES =
            List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

    private CifarReader() {}

    static boolean recognises(Path folder) {
        return Files.isRegularFile(folder.resolve(batch(1))) || Files.isRegularFile(folder.resolve(TEST));
    }

    private static String batch(int number) {
        return "data_batch_" + number + ".bin";
    }

    static Corpus read(Path folder) throws DataException {
        List<String> classes = classNames(folder.resolve(META));
        List<Path> batches = new ArrayList<>();
        for (int i = 1; Files.isRegularFile(folder.resolve(batch(i))); i++) {
            batches.add(folder.resolve(batch(i)));
        }
        if (batches.isEmpty()) {
            throw new DataException(folder + " lacks " + batch(1) + ", the first part of the training split");
        }
        List<String> files = new ArrayList<>();
        Dataset train = split(batches, classes, files);
        Dataset test = split(List.of(folder.resolve(TEST)), classes, new ArrayList<>());
        Labels.checkAllUsed(folder, train, test);
        return new Corpus("cifar10", train, test, files, CorpusDigest.of(train, test));
    }

    private static Dataset split(List<Path> parts, List<String> classes, List<String> files) throws DataException {
        long records = 0;
        for (Path part : parts) {
            records += records(part);
        }
        if (records * (RECORD - 1) > Integer.MAX_VALUE - 8) {
            throw new DataException(parts.getFirst().getParent() + " holds " + records + " images: more than the "
                    + Integer.MAX_VALUE / (RECORD - 1) + " that fit");
        }
        byte[] pixels = new byte[(int) records * (RECORD - 1)];
        int[] labels = new int[(int) records];
        int image = 0;
        for (Path part : parts) {
            byte[] bytes = content(part);
            for (int at = 0; at < bytes.length; at += RECORD) {
                int label = bytes[at] & 0xFF;
                if (label >= classes.size()) {
                    throw new DataException(part + ": record " + at / RECORD + " has label " + label
                            + ", but there are " + classes.size() + " classes");
                }
                labels[image] = label;
                interleave(bytes, at + 1, pixels, image * (RECORD - 1));
                files.add(part.getFileName() + "#" + at / RECORD);
                image++;
            }
        }
        return Dataset.of(new Images(pixels, SIDE, SIDE, CHANNELS), labels, classes);
    }

    /** Planes to pixels. */
    private static void interleave(byte[] from, int at, byte[] to, int toAt) {
        for (int c = 0; c < CHANNELS; c++) {
            for (int p = 0; p < PLANE; p++) {
                to[toAt + p * CHANNELS + c] = from[at + c * PLANE + p];
            }
        }
    }

    private static long records(Path part) throws DataException {
        try {
            if (!Files.isRegularFile(part)) {
                throw new DataException(
                        part + " is missing: without it a split is not there; fetch the data set again");
            }
            long size = Files.size(part);
            if (size == 0 || size % RECORD != 0) {
                throw new DataException(part + " has " + size + " bytes, not a whole number of records of " + RECORD
                        + ": it is truncated or not CIFAR-10; fetch it again");
            }
            return size / RECORD;
        } catch (IOException e) {
            throw new DataException("cannot read " + part + " (" + e.getMessage() + ")", e);
        }
    }

    private static byte[] content(Path part) throws DataException {
        try {
            byte[] bytes = Files.readAllBytes(part);
            if (bytes.length % RECORD != 0) {
                throw new DataException(part + " changed while it was read; try again");
            }
            return bytes;
        } catch (IOException e) {
            throw new DataException("cannot read " + part + " (" + e.getMessage() + ")", e);
        }
    }

    /** The names in batches.meta.txt, one a line; CIFAR-10's own where there is no such file. */
    private static List<String> classNames(Path meta) throws DataException {
        if (!Files.exists(meta)) {
            return NAMES;
        }
        try {
            List<String> names = Files.readString(meta, StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .toList();
            if (names.size() < 2
                    || names.size() > 256
                    || names.stream().distinct().count() != names.size()) {
                throw new DataException(meta + " should name 2 to 256 different classes, one a line");
            }
            return names;
        } catch (IOException e) {
            throw new DataException("cannot read " + meta + " as text (" + e.getMessage() + ")", e);
        }
    }
}
