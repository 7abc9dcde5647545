package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Any image becomes a square of bytes: by areas, over white, and without a change of its values. */
class ImageScalerTest {
    @Test
    void averagesAreasAndLaysTransparencyOverWhite() {
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

    /** Java takes grey values for linear light and would brighten them: 100 to 168. */
    @Test
    void greyKeepsItsValues(@TempDir Path folder) throws Exception {
        int[] types = {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY, BufferedImage.TYPE_INT_RGB};
        for (int type : types) {
            BufferedImage image = new BufferedImage(32, 32, type);
            int unit = type == BufferedImage.TYPE_USHORT_GRAY ? 257 : 1;
            for (int p = 0; p < 1024; p++) {
                for (int band = 0; band < image.getRaster().getNumBands(); band++) {
                    image.getRaster().setSample(p % 32, p / 32, band, p / 4 * unit);
                }
            }
            Path file = folder.resolve(type + ".png");
            assertTrue(ImageIO.write(image, "png", file.toFile()));
            byte[] pixels = ImageScaler.read(file, 32);
            for (int i = 0; i < pixels.length; i++) {
                assertEquals(i / 3 / 4, pixels[i] & 0xFF, "type " + type + ", byte " + i);
            }
            Files.delete(file);
        }
        BufferedImage grey = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster()
                .setPixels(0, 0, 64, 64, new Random(1).ints(4096, 100, 101).toArray());
        Path jpeg = folder.resolve("grey.jpg");
        assertTrue(ImageIO.write(grey, "jpg", jpeg.toFile()));
        for (byte value : ImageScaler.read(jpeg, 32)) {
            assertEquals(100, value & 0xFF, 1); // JPEG is lossy
        }
    }

    @Property(tries = 100)
    void oneColourStaysAsItIs(
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll @IntRange(min = 1, max = 70) int height,
            @ForAll @IntRange(max = 0xFFFFFF) int colour) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < width * height; p++) {
            image.setRGB(p % width, p / width, colour);
        }
        byte[] pixels = ImageScaler.scale(image, 32);
        for (int i = 0; i < pixels.length; i++) {
            assertEquals(colour >> 8 * (2 - i % 3) & 0xFF, pixels[i] & 0xFF);
        }
    }

    /** Every input pixel counts, by its area: the mean stays, up to the rounding of each output. */
    @Property(tries = 100)
    void theMeanStays(
            @ForAll @IntRange(min = 1, max = 90) int width,
            @ForAll @IntRange(min = 1, max = 90) int height,
            @ForAll long seed) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(seed);
        double sum = 0;
        for (int p = 0; p < width * height; p++) {
            int red = random.nextInt(256);
            sum += red;
            image.setRGB(p % width, p / width, red << 16);
        }
        byte[] pixels = ImageScaler.scale(image, 32);
        double scaled = 0;
        for (int i = 0; i < pixels.length; i += 3) {
            scaled += pixels[i] & 0xFF;
        }
        assertEquals(sum / (width * height), scaled / 1024, 0.5);
    }
}
