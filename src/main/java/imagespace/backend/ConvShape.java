package imagespace.backend;

/**
 * The geometry of a 2-D convolution of one image (the batch size is an argument of the operators).
 *
 * <p>Input [height, width, inChannels], weights [kernel, kernel, inChannels, outChannels], output [outHeight, outWidth,
 * outChannels]. As in every deep-learning library it is a correlation: the kernel is not flipped.
 *
 * @param height rows of the input
 * @param width columns of the input
 * @param inChannels channels of the input
 * @param outChannels channels of the output
 * @param kernel rows and columns of the kernel
 * @param stride step between neighbouring outputs, in input pixels
 * @param padTop zero rows assumed above the input
 * @param padLeft zero columns assumed left of the input
 * @param outHeight rows of the output
 * @param outWidth columns of the output
 */
public record ConvShape(
        int height,
        int width,
        int inChannels,
        int outChannels,
        int kernel,
        int stride,
        int padTop,
        int padLeft,
        int outHeight,
        int outWidth) {

    /** How the border is treated. */
    public enum Padding {
        /** No padding: every tap of the kernel lies inside the image. */
        VALID,
        /** Zeros around the image, so that the output has ceil(input / stride) rows; an odd zero goes below and right. */
        SAME
    }

    /** The shape for an input of the given size. Fails if the kernel is larger than an unpadded image. */
    public static ConvShape of(
            int height, int width, int inChannels, int outChannels, int kernel, int stride, Padding padding) {
        int outHeight = extent(height, kernel, stride, padding);
        int outWidth = extent(width, kernel, stride, padding);
        int padTop = padding == Padding.SAME ? Math.max(0, (outHeight - 1) * stride + kernel - height) / 2 : 0;
        int padLeft = padding == Padding.SAME ? Math.max(0, (outWidth - 1) * stride + kernel - width) / 2 : 0;
        return new ConvShape(
                height, width, inChannels, outChannels, kernel, stride, padTop, padLeft, outHeight, outWidth);
    }

    private static int extent(int input, int kernel, int stride, Padding padding) {
        int out = padding == Padding.SAME ? (input + stride - 1) / stride : (input - kernel) / stride + 1;
        if (padding == Padding.VALID && input < kernel) {
            throw new IllegalArgumentException(
                    "a " + kernel + "x" + kernel + " kernel does not fit an image side of " + input);
        }
        return out;
    }

    /** The same convolution with only the first rows and columns of its output. */
    public ConvShape withOutput(int rows, int columns) {
        return new ConvShape(height, width, inChannels, outChannels, kernel, stride, padTop, padLeft, rows, columns);
    }

    /** The same convolution with another number of output channels. */
    public ConvShape withOutputChannels(int channels) {
        return new ConvShape(height, width, inChannels, channels, kernel, stride, padTop, padLeft, outHeight, outWidth);
    }

    /** Values of one input image. */
    public int inputSize() {
        return height * width * inChannels;
    }

    /** Values of one output image. */
    public int outputSize() {
        return outHeight * outWidth * outChannels;
    }

    /** Number of weights. */
    public int weightSize() {
        return kernel * kernel * inChannels * outChannels;
    }

    /** Multiply-adds for one image, counting those that fall on padding. */
    public long multiplyAdds() {
        return (long) outHeight * outWidth * weightSize();
    }
}
