package imagespace.backend;

/**
 * The geometry of a pooling of one image: windows of {@code window} x {@code window} pixels every {@code stride}, none
 * of them reaching over the border (rows and columns that fill no window are left out, as in Keras).
 *
 * @param height rows of the input
 * @param width columns of the input
 * @param channels channels of input and output
 * @param window rows and columns of a window
 * @param stride step between windows, in input pixels
 */
public record PoolShape(int height, int width, int channels, int window, int stride) {
    public PoolShape {
        if (window > height || window > width) {
            throw new IllegalArgumentException(
                    "a pooling window of " + window + " does not fit " + height + "x" + width);
        }
    }

    /** Rows of the output. */
    public int outHeight() {
        return (height - window) / stride + 1;
    }

    /** Columns of the output. */
    public int outWidth() {
        return (width - window) / stride + 1;
    }

    /** Whether each pixel lies in exactly one window. */
    public boolean tiles() {
        return stride == window && height % window == 0 && width % window == 0;
    }

    /** Values of one input image. */
    public int inputSize() {
        return height * width * channels;
    }

    /** Values of one output image. */
    public int outputSize() {
        return outHeight() * outWidth() * channels;
    }
}
