package imagespace.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Small valid data sets of every format, to be read or damaged. */
final class SampleFiles {
    static final int RECORD = 3073;

    private SampleFiles() {}

    /** CIFAR-10 with {@code records} a batch, labels 0, 1, ... 9, 0, ... */
    static Path cifar(Path folder, int records) throws IOException {
        Files.createDirectories(folder);
        Random random = new Random(7);
        for (String name : new String[] {"data_batch_1.bin", "data_batch_2.bin", "test_batch.bin"}) {
            byte[] bytes = new byte[records * RECORD];
            random.nextBytes(bytes);
            for (int i = 0; i < records; i++) {
                bytes[i * RECORD] = (byte) (i % 10);
            }
            Files.write(folder.resolve(name), bytes);
        }
        return folder;
    }

    /** IDX with images of 5x4, labels 0, 1, 2, 0, ... */
    static Path idx(Path folder, int count, boolean gzip) throws IOException {
        Files.createDirectories(folder);
        for (String split : new String[] {"train", "t10k"}) {
            byte[] pixels = new byte[count * 20];
            new Random(split.hashCode()).nextBytes(pixels);
            ByteBuffer images = ByteBuffer.allocate(16 + pixels.length);
            images.putInt(0x803).putInt(count).putInt(5).putInt(4).put(pixels);
            write(folder, split + "-images-idx3-ubyte", images.array(), gzip);
            ByteBuffer labels = ByteBuffer.allocate(8 + count);
            labels.putInt(0x801).putInt(count);
            for (int i = 0; i < count; i++) {
                labels.put((byte) (i % 3));
            }
            write(folder, split + "-labels-idx1-ubyte", labels.array(), gzip);
        }
        return folder;
    }

    static void write(Path folder, String name, byte[] bytes, boolean gzip) throws IOException {
        if (!gzip) {
            Files.write(folder.resolve(name), bytes);
            return;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        Files.write(folder.resolve(name + ".gz"), packed.toByteArray());
    }

    /** Images by class: two classes, two files in each split, one colour a file. */
    static Path images(Path folder) throws IOException {
        int shade = 10;
        for (String split : new String[] {"train", "test"}) {
            for (String name : new String[] {"cat", "dog"}) {
                Path classFolder = Files.createDirectories(folder.resolve(split).resolve(name));
                for (String file : new String[] {"b.png", "a.jpg"}) {
                    BufferedImage image = new BufferedImage(40, 64, BufferedImage.TYPE_INT_RGB);
                    for (int y = 0; y < 64; y++) {
                        for (int x = 0; x < 40; x++) {
                            image.setRGB(x, y, shade << 16 | 2 * shade << 8 | 200);
                        }
                    }
                    shade += 10;
                    ImageIO.write(
                            image, file.substring(2), classFolder.resolve(file).toFile());
                }
            }
        }
        return folder;
    }
}
