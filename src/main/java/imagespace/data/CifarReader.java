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
    private static final int LONGEST_META = 1 << 16;
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

    /** @param name of the corpus: "cifar10" for the published data set, else the folder's, whatever it holds */
    static Corpus read(Path folder, String name) throws DataException {
        List<String> classes = classNames(folder.resolve(META));
        List<Path> batches = new ArrayList<>();
        for (int i = 1; Files.isRegularFile(folder.resolve(batch(i))); i++) {
            batches.add(folder.resolve(batch(i)));
        }
        if (batches.isEmpty()) {
            throw new DataException(folder + " lacks " + batch(1) + ", the first part of the training split");
        }
        checkNoGap(folder, batches.size());
        List<String> files = new ArrayList<>();
        Dataset train = split(batches, classes, files);
        Dataset test = split(List.of(folder.resolve(TEST)), classes, new ArrayList<>());
        Labels.checkAllUsed(folder, train, test);
        return new Corpus(name, train, test, files, CorpusDigest.of(train, test));
    }

    /** A batch after the last that was found means that one between them is missing. */
    private static void checkNoGap(Path folder, int found) throws DataException {
        for (Path path : Corpora.entries(folder)) {
            String name = path.getFileName().toString();
            if (name.matches("data_batch_[1-9][0-9]{0,3}\\.bin") && number(name) > found) {
                throw new DataException(folder + " holds " + name + " but lacks " + batch(found + 1)
                        + ": the training split is not whole; fetch the data set again");
            }
        }
    }

    private static int number(String batch) {
        return Integer.parseInt(batch.replaceAll("[^0-9]", ""));
    }

    private static Dataset split(List<Path> parts, List<String> classes, List<String> files) throws DataException {
        long records = 0;
        for (Path part : parts) {
            records += records(part);
        }
        byte[] pixels = new byte[Room.bytes(parts.getFirst().getParent(), records, RECORD - 1)];
        int[] labels = new int[(int) records];
        int image = 0;
        for (Path part : parts) {
            byte[] bytes = content(part, records(part));
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
            throw new DataException("cannot read " + part + " (" + Corpora.reason(e) + ")", e);
        }
    }

    private static byte[] content(Path part, long records) throws DataException {
        try {
            byte[] bytes = Files.readAllBytes(part);
            if (bytes.length != records * RECORD) {
                throw new DataException(part + " changed while it was read; try again");
            }
            return bytes;
        } catch (IOException e) {
            throw new DataException("cannot read " + part + " (" + Corpora.reason(e) + ")", e);
        }
    }

    /** The names in batches.meta.txt, one a line; CIFAR-10's own where there is no such file. */
    private static List<String> classNames(Path meta) throws DataException {
        if (!Files.exists(meta)) {
            return NAMES;
        }
        try {
            if (Files.size(meta) > LONGEST_META) {
                throw new DataException(meta + " has " + Files.size(meta) + " bytes, too many for names of classes");
            }
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
            throw new DataException("cannot read " + meta + " as text (" + Corpora.reason(e) + ")", e);
        }
    }
}
