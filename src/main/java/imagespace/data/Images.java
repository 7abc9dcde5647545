package imagespace.data;

/**
 * Images as bytes, NHWC: pixel (row, column), channel c of image i is at
 * {@code ((i * height + row) * width + column) * channels + c}. Shared, never changed.
 *
 * @param pixels the bytes, 0 .. 255 as unsigned; the length is a multiple of the image size
 * @param height rows
 * @param width columns
 * @param channels 3 for colour, 1 for grey
 */
public record Images(byte[] pixels, int height, int width, int channels) {
    public Images {
        int size = Math.multiplyExact(Math.multiplyExact(height, width), channels);
        if (size == 0 || pixels.length % size != 0) {
            throw new IllegalArgumentException(
                    pixels.length + " bytes are not a whole number of " + height + "x" + width + "x" + channels);
        }
    }

    /** Bytes of one image. */
    public int imageSize() {
        return height * width * channels;
    }

    /** Number of images. */
    public int count() {
        return pixels.length / imageSize();
    }
}
