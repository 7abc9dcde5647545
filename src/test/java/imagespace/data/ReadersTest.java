package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
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
    void scalingAveragesAreasAndLaysTransparencyOverWhite() {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_ARGB);
        image.setRGB(0, 0, 0xFF000000);
        image.setRGB(1, 0, 0xFF0000FF);
        image.setRGB(2, 0, 0x00123456);
        image.setRGB(0, 1, 0xFFFFFFFF);
        image.setRGB(1, 1, 0xFF0000FF);
        image.setRGB(2, 1, 0x80000000);
        byte[] scaled = ImageScaler.scale(image, 1);
        // red: black 0, blue 0, clear 255, white 255, blue 0, half black 127: mean 106.17
        assertEquals(106, scaled[0] & 0xFF);
        assertEquals(106, scaled[1] & 0xFF);
        // blue: 0, 255, 255, 255, 255, 127: mean 191.17
        assertEquals(191, scaled[2] & 0xFF);
        byte[] wider = ImageScaler.scale(image, 2); // left half: all of column 0 and half of column 1
        assertEquals(85, wider[2] & 0xFF); // (0 * 1 + 255 * 0.5) / 1.5
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
        DataException e = assertThrows(DataException.class, () -> Corpora.open(data.toString()));
        assertTrue(e.getMessage().contains(names) && e.getMessage().contains(says), e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    }

    @Test
    void hiddenFilesAreLeftOut() throws IOException, DataException {
        Path pictures = SampleFiles.images(folder);
        Files.writeString(pictures.resolve("train/cat/.DS_Store"), "x");
        assertEquals(4, Corpora.open(pictures.toString()).train().size());
    }
}
