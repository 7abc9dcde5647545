package imagespace.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * MNIST-style IDX files, plain or gzipped: {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte},
 * {@code t10k-images-idx3-ubyte}, {@code t10k-labels-idx1-ubyte}. Grey images of any one size.
 */
final class IdxReader {
    private static final int IMAGES = 0x0803;
    private static final int LABELS = 0x0801;
    private static final int LARGEST_SIDE = 1024;

    private IdxReader() {}

    static boolean recognises(Path folder) {
        return List.of("train", "t10k").stream()
                .anyMatch(split -> Files.exists(folder.resolve(split + "-images-idx3-ubyte"))
                        || Files.exists(folder.resolve(split + "-images-idx3-ubyte.gz")));
    }

    static Corpus read(Path folder) throws DataException {
        Path trainFile = file(folder, "train-images-idx3-ubyte");
        Images trainImages = images(trainFile);
        int[] trainLabels = labels(file(folder, "train-labels-idx1-ubyte"), trainImages.count());
        Images testImages = images(file(folder, "t10k-images-idx3-ubyte"));
        int[] testLabels = labels(file(folder, "t10k-labels-idx1-ubyte"), testImages.count());
        if (trainImages.height() != testImages.height() || trainImages.width() != testImages.width()) {
            throw new DataException(folder + ": training images are " + trainImages.height() + "x" + trainImages.width()
                    + ", test images " + testImages.height() + "x" + testImages.width() + "; they must agree");
        }
        int classes = 1
                + IntStream.concat(IntStream.of(trainLabels), IntStream.of(testLabels))
                        .max()
                        .orElse(0);
        List<String> names =
                IntStream.range(0, classes).mapToObj(Integer::toString).toList();
        Dataset train = Dataset.of(trainImages, trainLabels, names);
        Dataset test = Dataset.of(testImages, testLabels, names);
        Labels.checkAllUsed(folder, train, test);
        List<String> files = new ArrayList<>();
        for (int i = 0; i < train.size(); i++) {
            files.add(trainFile.getFileName() + "#" + i);
        }
        return new Corpus(Corpora.name(folder), train, test, files, CorpusDigest.of(train, test));
    }

    private static Path file(Path folder, String name) throws DataException {
        for (String candidate : List.of(name, name + ".gz")) {
            if (Files.isRegularFile(folder.resolve(candidate))) {
                return folder.resolve(candidate);
            }
        }
        throw new DataException(folder + " lacks " + name + " (plain or .gz): without it a split is not there");
    }

    private static Images images(Path file) throws DataException {
        try (DataInputStream in = open(file)) {
            magic(file, in, IMAGES, "images");
            int count = in.readInt();
            int height = in.readInt();
            int width = in.readInt();
            if (height < 1 || width < 1 || height > LARGEST_SIDE || width > LARGEST_SIDE) {
                throw new DataException(file + ": its header says images of " + height + "x" + width
                        + ", which is not between 1 and " + LARGEST_SIDE + " a side: it is damaged or not IDX");
            }
            byte[] pixels = body(file, in, count, (long) height * width);
            return new Images(pixels, height, width, 1);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static int[] labels(Path file, int expected) throws DataException {
        try (DataInputStream in = open(file)) {
            magic(file, in, LABELS, "labels");
            int count = in.readInt();
            if (count != expected) {
                throw new DataException(file + " has " + count + " labels for " + expected + " images");
            }
            byte[] bytes = body(file, in, count, 1);
            return IntStream.range(0, count).map(i -> bytes[i] & 0xFF).toArray();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static DataInputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            return new DataInputStream(file.toString().endsWith(".gz") ? new GZIPInputStream(in, 1 << 16) : in);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    private static void magic(Path file, DataInputStream in, int expected, String what)
            throws IOException, DataException {
        int magic = in.readInt();
        if (magic != expected) {
            throw new DataException(String.format(
                    "%s starts with %08x, not with %08x: it is no IDX file of %s", file, magic, expected, what));
        }
    }

    /** Reads count items and makes sure that nothing follows. Takes memory only as bytes really come. */
    private static byte[] body(Path file, DataInputStream in, int count, long itemSize)
            throws IOException, DataException {
        int size = Room.bytes(file, count, itemSize);
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new DataException(
                    file + " is truncated: " + bytes.length + " of " + size + " bytes after the header");
        }
        if (in.read() >= 0) {
            throw new DataException(file + " goes on after the " + size + " bytes that its header says: it is damaged");
        }
        return bytes;
    }

    private static DataException unreadable(Path file, IOException e) {
        String reason = e instanceof EOFException ? "it ends early" : Corpora.reason(e);
        return new DataException("cannot read " + file + " (" + reason + "): it is damaged or not an IDX file", e);
    }
}
