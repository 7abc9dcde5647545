package imagespace.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Decodes an image file and brings it to a square of a given side by averaging areas; transparency turns white. */
public final class ImageScaler {
    /** More pixels than any photograph: what a damaged header claims. */
    private static final long MOST_PIXELS = 200_000_000;

    /** No PNG or JPEG packs more pixels into a byte: DEFLATE's best, 1032 to 1, on pixels of one bit. */
    private static final long MOST_PIXELS_A_BYTE = 8 * 1032;

    private static final int CHANNELS = 3;

    private ImageScaler() {}

    /**
     * Reads a PNG or JPEG.
     *
     * @return [side, side, 3] bytes
     * @throws DataException if it cannot be read or decoded
     */
    public static byte[] read(Path file, int side) throws DataException {
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            if (in == null) {
                throw new DataException("cannot open " + file + "; may it be read?");
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
                if (size > MOST_PIXELS || size > MOST_PIXELS_A_BYTE * Files.size(file)) {
                    throw new DataException(file + " claims " + size
                            + " pixels, too many for such a file: it is damaged or far too large; mend or remove it");
                }
                return scale(reader.read(0), side);
            } catch (RuntimeException e) { // decoders throw all sorts on damaged files
                throw new DataException("cannot decode " + file + " (" + e + "); mend or remove it", e);
            } catch (OutOfMemoryError e) { // one large array was refused; nothing else has suffered
                throw new DataException(file + " needs more memory than Java has here; make it smaller", e);
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw new DataException("cannot decode " + file + " (" + Corpora.reason(e) + "); mend or remove it", e);
        }
    }

    /** Each output pixel is the mean of the area that it covers, parts of pixels counted in proportion. */
    static byte[] scale(BufferedImage image, int side) {
        boolean grey = isGrey(image);
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
                        int argb = grey ? grey(image, u, v) : image.getRGB(u, v);
                        add(sum, argb, high * (Math.min(right, u + 1) - Math.max(left, u)));
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

    private static boolean isGrey(BufferedImage image) {
        return image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    }

    /** A grey pixel with the value of the file in each channel. {@code getRGB} would take it for linear light. */
    private static int grey(BufferedImage image, int u, int v) {
        ColorModel model = image.getColorModel();
        int value = sample(image, u, v, 0, model.getComponentSize(0));
        int alpha = model.hasAlpha() ? sample(image, u, v, 1, model.getComponentSize(1)) : 255;
        return alpha << 24 | value << 16 | value << 8 | value;
    }

    /** A sample of the given number of bits as 0 .. 255. */
    private static int sample(BufferedImage image, int u, int v, int band, int bits) {
        return Math.round(image.getRaster().getSample(u, v, band) * 255f / ((1 << bits) - 1));
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
