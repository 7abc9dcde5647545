package imagespace.data;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Decodes an image file and brings it to a square of a given side by averaging areas; transparency turns white. */
final class ImageScaler {
    /** More pixels than any photograph: what a damaged header claims. */
    private static final long MOST_PIXELS = 200_000_000;

    private static final int CHANNELS = 3;

    private ImageScaler() {}

    /** @return [side, side, 3] bytes */
    static byte[] read(Path file, int side) throws IOException, DataException {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            if (in == null) {
                throw new DataException("cannot open " + file);
            }
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new DataException(
                        file + " is not an image that Java can decode (PNG or JPEG); mend or remove it");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long size = (long) reader.getWidth(0) * reader.getHeight(0);
                if (size > MOST_PIXELS) {
                    throw new DataException(file + " claims " + size + " pixels: it is damaged or far too large");
                }
                return scale(reader.read(0), side);
            } catch (RuntimeException e) { // decoders throw all sorts on damaged files
                throw new DataException("cannot decode " + file + " (" + e + "); mend or remove it", e);
            } finally {
                reader.dispose();
            }
        }
    }

    /** Each output pixel is the mean of the area that it covers, parts of pixels counted in proportion. */
    static byte[] scale(BufferedImage image, int side) {
        byte[] out = new byte[side * side * CHANNELS];
        double[] sum = new double[CHANNELS];
        for (int y = 0; y < side; y++) {
            double top = (double) y * image.getHeight() / side;
            double bottom = (double) (y + 1) * image.getHeight() / side;
            for (int x = 0; x < side; x++) {
                double left = (double) x * image.getWidth() / side;
                double right = (double) (x + 1) * image.getWidth() / side;
                Arrays.fill(sum, 0);
                for (int v = (int) top; v < bottom; v++) {
                    double high = Math.min(bottom, v + 1) - Math.max(top, v);
                    for (int u = (int) left; u < right; u++) {
                        add(sum, image.getRGB(u, v), high * (Math.min(right, u + 1) - Math.max(left, u)));
                    }
                }
                double area = (bottom - top) * (right - left);
                for (int c = 0; c < CHANNELS; c++) {
                    out[(y * side + x) * CHANNELS + c] = (byte) Math.min(255, Math.round(sum[c] / area));
                }
            }
        }
        return out;
    }

    /** Adds a pixel, laid over white, with a weight. */
    private static void add(double[] sum, int argb, double weight) {
        int alpha = argb >>> 24;
        for (int c = 0; c < CHANNELS; c++) {
            int value = argb >> 8 * (CHANNELS - 1 - c) & 0xFF;
            sum[c] += weight * (value * alpha + 255 * (255 - alpha)) / 255.0;
        }
    }
}
