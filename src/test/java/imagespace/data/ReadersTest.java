package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each format holds comes out, and what is wrong with one is said in a line that names the file. */
class ReadersTest {
    @TempDir
    Path folder;

    @Test
    void cifarPlanesBecomePixels() throws Exception {
        SampleFiles.cifar(folder, 20);
        Corpus corpus = Corpora.open(folder.toString());
        assertEquals(40, corpus.train().size());
        assertEquals(20, corpus.test().size());
        assertEquals("data_batch_2.bin#3", corpus.trainFiles().get(23));
        byte[] raw = Files.readAllBytes(folder.resolve("data_batch_2.bin"));
        Images images = corpus.train().images();
        for (int y = 0; y < 32; y++) {
            for (int x = 0; x < 32; x++) {
                for (int c = 0; c < 3; c++) {
                    assertEquals(
                            raw[3 * SampleFiles.RECORD + 1 + c * 1024 + y * 32 + x],
                            images.pixels()[23 * 3072 + (y * 32 + x) * 3 + c]);
                }
            }
        }
        assertEquals(3, corpus.train().labels()[23]);
        assertEquals("cat", corpus.train().classNames().get(3));
    }

    @Test
    void cifarIsFoundInAFolderAbove() throws Exception {
        SampleFiles.cifar(folder.resolve(Corpora.CIFAR10_FOLDER), 10);
        assertEquals(20, Corpora.open(folder.toString()).train().size());
    }

    @Test
    void theDigestTellsLabelsAndPixelsApart() throws Exception {
        SampleFiles.cifar(folder, 20);
        String digest = Corpora.open(folder.toString()).digest();
        assertEquals(digest, Corpora.open(folder.toString()).digest());
        byte[] bytes = Files.readAllBytes(folder.resolve("test_batch.bin"));
        bytes[5]++;
        Files.write(folder.resolve("test_batch.bin"), bytes);
        assertFalse(digest.equals(Corpora.open(folder.toString()).digest()));
    }

    @Test
    void idxPlainAndPackedAreTheSame() throws Exception {
        Corpus plain =
                Corpora.open(SampleFiles.idx(folder.resolve("a"), 9, false).toString());
        Corpus packed =
                Corpora.open(SampleFiles.idx(folder.resolve("b"), 9, true).toString());
        assertEquals(plain.digest(), packed.digest());
        assertEquals(1, plain.train().images().channels());
        assertEquals(5, plain.train().images().height());
        assertEquals(4, plain.train().images().width());
        assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2, 0, 1, 2}, plain.test().labels());
    }

    @Test
    void imagesByClassAreSortedAndScaled() throws Exception {
        Corpus corpus = Corpora.open(SampleFiles.images(folder).toString());
        assertEquals(List.of("cat", "dog"), corpus.train().classNames());
        assertEquals(
                List.of("train/cat/a.jpg", "train/cat/b.png", "train/dog/a.jpg", "train/dog/b.png"),
                corpus.trainFiles());
        byte[] pixels = corpus.train().images().pixels();
        assertEquals(4 * 3072, pixels.length);
        for (int i = 3072; i < 2 * 3072; i += 3) { // the first PNG written: one colour, exactly
            assertArrayEquals(new byte[] {10, 20, (byte) 200}, Arrays.copyOfRange(pixels, i, i + 3));
        }
    }

    @Test
    void badDataIsRefusedInOneLineThatNamesTheFile() throws Exception {
        Path cifar = SampleFiles.cifar(folder.resolve("cifar"), 10);
        Path batch = cifar.resolve("data_batch_1.bin");
        byte[] good = Files.readAllBytes(batch);

        Files.write(batch, Arrays.copyOf(good, good.length - 1));
        refused(cifar, "data_batch_1.bin", "truncated");
        Files.write(batch, new byte[0]);
        refused(cifar, "data_batch_1.bin", "0 bytes");
        byte[] label = good.clone();
        label[4 * SampleFiles.RECORD] = 10;
        Files.write(batch, label);
        refused(cifar, "data_batch_1.bin", "record 4 has label 10");
        Files.write(batch, good);
        Files.delete(cifar.resolve("test_batch.bin"));
        refused(cifar, "test_batch.bin", "missing");

        Path idx = SampleFiles.idx(folder.resolve("idx"), 6, false);
        Path images = idx.resolve("train-images-idx3-ubyte");
        byte[] header = Files.readAllBytes(images);
        header[4] = 0x7F; // two thousand million images
        Files.write(images, header);
        refused(idx, "train-images-idx3-ubyte", "fit");
        header[4] = 0;
        Files.write(images, Arrays.copyOf(header, header.length + 1));
        refused(idx, "train-images-idx3-ubyte", "goes on");
        Files.write(images, "not an IDX file at all".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        refused(idx, "train-images-idx3-ubyte", "no IDX file");

        Path pictures = SampleFiles.images(folder.resolve("pictures"));
        Files.writeString(pictures.resolve("train/cat/c.png"), "no picture");
        refused(pictures, "c.png", "not an image");
        Files.delete(pictures.resolve("train/cat/c.png"));
        Files.createDirectory(pictures.resolve("train/emu"));
        refused(pictures, "emu", "must be the same");
        Files.createDirectory(pictures.resolve("test/emu"));
        refused(pictures, "emu", "empty");

        refused(folder.resolve("nowhere"), "nowhere", "folder that exists");
        refused(folder, folder.toString(), "no data set that is known");
    }

    private static void refused(Path data, String names, String says) {
        refused(data.toString(), names, says);
    }

    private static void refused(String data, String names, String says) {
        DataException e = assertThrows(DataException.class, () -> Corpora.open(data));
        assertTrue(e.getMessage().contains(names) && e.getMessage().contains(says), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    @Test
    void aMissingPartOfCifarIsNoticed() throws Exception {
        Path cifar = SampleFiles.cifar(folder, 10);
        Files.copy(cifar.resolve("data_batch_2.bin"), cifar.resolve("data_batch_4.bin"));
        refused(cifar, "data_batch_3.bin", "lacks");
        Files.delete(cifar.resolve("data_batch_4.bin"));
        // By its name CIFAR-10 is whole or refused; by its path a part of it will do.
        DataException e = assertThrows(DataException.class, () -> Corpora.cifar10(List.of(cifar)));
        assertTrue(e.getMessage().contains("20 training and 10 test"), e.getMessage());
        assertEquals(20, Corpora.open(cifar.toString()).train().size());
        Path nowhere = folder.resolve("nowhere");
        e = assertThrows(DataException.class, () -> Corpora.cifar10(List.of(nowhere)));
        assertTrue(e.getMessage().contains("./imagespace data fetch cifar10"), e.getMessage());
        assertTrue(e.getMessage().contains("IMAGESPACE_DATA"), e.getMessage());
    }

    @Test
    void namesOfClassesComeFromTheMetaFile() throws Exception {
        Path cifar = SampleFiles.cifar(folder, 10);
        Path meta = cifar.resolve("batches.meta.txt");
        Files.writeString(meta, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n");
        assertEquals("d", Corpora.open(cifar.toString()).train().classNames().get(3));
        Files.writeString(meta, "a\nb\n");
        refused(cifar, "data_batch_1.bin", "label 2, but there are 2 classes");
        Files.writeString(meta, "a\nb\na\n");
        refused(cifar, "batches.meta.txt", "different classes");
        Files.write(meta, new byte[] {(byte) 0xFF, '\n', 'b'});
        refused(cifar, "batches.meta.txt", "UTF-8");
        Files.write(meta, new byte[100_000]);
        refused(cifar, "batches.meta.txt", "100000 bytes");
    }

    @Test
    void classesMustBeTheSameInBothSplits() throws Exception {
        Path pictures = SampleFiles.images(folder.resolve("pictures"));
        Files.move(pictures.resolve("train/dog"), pictures.resolve("train/wolf"));
        refused(pictures, "wolf", "lacks the class");
        Path idx = SampleFiles.idx(folder.resolve("idx"), 6, false);
        Path labels = idx.resolve("t10k-labels-idx1-ubyte");
        byte[] bytes = Files.readAllBytes(labels);
        bytes[8 + 5] = 3; // the training split ends at 2
        Files.write(labels, bytes);
        refused(idx, "class '3'", "empty in the training split");
        Arrays.fill(bytes, 8, bytes.length, (byte) 0);
        Files.write(labels, bytes);
        refused(idx, "class '1'", "empty in the test split");
        Files.write(idx.resolve("train-labels-idx1-ubyte"), bytes);
        refused(idx, "idx", "only one class");
    }

    @Test
    void sizesAreCheckedBeforeMemoryIsTaken() throws Exception {
        Path pictures = SampleFiles.images(folder.resolve("pictures"));
        Path picture = pictures.resolve("test/dog/b.png");
        byte[] png = Files.readAllBytes(picture);
        png[18] = 0x36; // the low bytes of width and height: 13,864 x 13,888 pixels in some hundred bytes
        png[22] = 0x36;
        Files.write(picture, png);
        refused(pictures, "b.png", "pixels, too many");
        // A packed header that says a thousand million bytes, in a file that has none.
        Path idx = SampleFiles.idx(folder.resolve("idx"), 6, true);
        byte[] header = {0, 0, 8, 3, 0, 0x0F, 0, 0, 0, 0, 0, 32, 0, 0, 0, 32};
        SampleFiles.write(idx, "train-images-idx3-ubyte", header, true);
        refused(idx, "train-images-idx3-ubyte.gz", "");
        assertThrows(DataException.class, () -> Room.bytes(idx, Long.MAX_VALUE, 1));
        assertThrows(DataException.class, () -> Room.bytes(idx, -1, 1));
        assertEquals(60, Room.bytes(idx, 3, 20));
    }

    @Test
    void pathsAsOddAsTheyComeEndInOneLine() throws Exception {
        refused("a\0b", "path", "");
        refused("", "no data set", "");
        Path broken = SampleFiles.images(folder.resolve("two\nlines"));
        Files.delete(broken.resolve("test/cat/a.jpg"));
        Files.delete(broken.resolve("test/cat/b.png"));
        refused(broken, "cat is empty", "");
        assertEquals("data", Corpora.name(Path.of("/")));
    }

    @Test
    void whatMayNotBeReadIsSaidSo() throws Exception {
        Path cifar = SampleFiles.cifar(folder.resolve("cifar"), 10);
        assertTrue(cifar.toFile().setReadable(false));
        assumeFalse(Files.isReadable(cifar), "root may read everything");
        refused(cifar, "cifar", "may not be read");
        assertTrue(cifar.toFile().setReadable(true));
        assertTrue(cifar.resolve("test_batch.bin").toFile().setReadable(false));
        refused(cifar, "test_batch.bin", "may not be read");
    }

    @Test
    void hiddenFilesAreLeftOut() throws IOException, DataException {
        Path pictures = SampleFiles.images(folder);
        Files.writeString(pictures.resolve("train/cat/.DS_Store"), "x");
        assertEquals(4, Corpora.open(pictures.toString()).train().size());
    }
}
