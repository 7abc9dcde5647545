package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import imagespace.backend.ConvShape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Convolution as a matrix product, without ever storing the matrix: row r of it is what the kernel sees at pixel r,
 * column k = (tap row, tap column, channel). {@link #pack} copies a block of it into scratch memory.
 *
 * <p>One mapping serves both directions. {@link #forward}: rows are output pixels, values come from the input.
 * {@link #backward}: rows are input pixels, values come from the output's gradient, at the outputs that the pixel
 * reached through each tap.
 */
final class Im2col {
    /** Values are copied in pieces of this many floats, one cache line. */
    static final int CHUNK = 16;

    private final ConvShape shape;
    private final boolean forward;
    private float[] values;
    private int at;
    /** Size of the images that the values come from. */
    private final int height;

    private final int width;
    private final int channels;
    /** Size of the images whose pixels are the rows. */
    private final int rowHeight;

    private final int rowWidth;

    private Im2col(ConvShape shape, boolean forward) {
        this.shape = shape;
        this.forward = forward;
        height = forward ? shape.height() : shape.outHeight();
        width = forward ? shape.width() : shape.outWidth();
        channels = forward ? shape.inChannels() : shape.outChannels();
        rowHeight = forward ? shape.outHeight() : shape.height();
        rowWidth = forward ? shape.outWidth() : shape.width();
    }

    static Im2col forward(ConvShape shape) {
        return new Im2col(shape, true);
    }

    static Im2col backward(ConvShape shape) {
        return new Im2col(shape, false);
    }

    /** This matrix, with the values of a tensor: input images, or (backward) gradients of the output. */
    Im2col of(CpuTensor source) {
        values = source.data;
        at = source.at;
        return this;
    }

    /** Columns of the matrix. */
    int columns() {
        return shape.kernel() * shape.kernel() * channels;
    }

    /** Rows of the matrix for n images. */
    int rows(int n) {
        return n * rowHeight * rowWidth;
    }

    /**
     * Packs rows {@code [row, row + rows)} of columns {@code [k0, k0 + kc)}, both multiples of CHUNK, zeros beyond the
     * last column: chunk j of row r goes to {@code to[at + r * rowStride + j * chunkStride]}.
     */
    void pack(float[] to, int toAt, int rowStride, int chunkStride, int row, int rows, int k0, int kc, float[] line) {
        int x = row % rowWidth;
        int y = row / rowWidth % rowHeight;
        int image = row / (rowWidth * rowHeight);
        for (int r = 0; r < rows; r++) {
            int start = toAt + r * rowStride;
            if (channels % CHUNK == 0) {
                packChunks(to, start, chunkStride, image, y, x, k0, kc);
            } else {
                if (forward && k0 == 0 && kc >= columns()) {
                    gatherWhole(line, image, y, x, kc);
                } else {
                    gather(line, image, y, x, k0, kc);
                }
                for (int k = 0; k < kc; k += CHUNK) {
                    copy(line, k, to, start);
                    start += chunkStride;
                }
            }
            if (++x == rowWidth) {
                x = 0;
                if (++y == rowHeight) {
                    y = 0;
                    image++;
                }
            }
        }
    }

    /** One row whose pixels are whole chunks: no chunk spans two taps. */
    private void packChunks(float[] to, int start, int chunkStride, int image, int y, int x, int k0, int kc) {
        int tap = k0 / channels;
        int channel = k0 - tap * channels;
        int tapY = tap / shape.kernel();
        int tapX = tap - tapY * shape.kernel();
        for (int k = 0; k < kc; ) {
            int run = Math.min(channels - channel, kc - k);
            int from = source(image, y, x, tapY, tapX);
            if (from < 0) {
                for (int c = 0; c < run; c += CHUNK) {
                    zero(to, start);
                    start += chunkStride;
                }
            } else {
                from += channel;
                for (int c = 0; c < run; c += CHUNK) {
                    copy(values, from + c, to, start);
                    start += chunkStride;
                }
            }
            k += run;
            channel = 0;
            if (++tapX == shape.kernel()) {
                tapX = 0;
                tapY++;
            }
        }
    }

    /** A whole row of any number of channels: the pixels under a row of taps lie side by side in the input. */
    private void gatherWhole(float[] line, int image, int y, int x, int kc) {
        int tapRow = shape.kernel() * channels;
        int left = x * shape.stride() - shape.padLeft();
        int skipped = Math.max(0, -left) * channels;
        int end = Math.min(shape.kernel(), width - left) * channels;
        boolean whole = skipped == 0 && end == tapRow;
        for (int tapY = 0; tapY < shape.kernel(); tapY++) {
            int sourceY = y * shape.stride() + tapY - shape.padTop();
            int to = tapY * tapRow;
            boolean inside = sourceY >= 0 && sourceY < height;
            if (!inside || !whole) {
                Arrays.fill(line, to, to + tapRow, 0);
            }
            if (inside && end > skipped) {
                int from = at + ((image * height + sourceY) * width + left) * channels;
                System.arraycopy(values, from + skipped, line, to + skipped, end - skipped);
            }
        }
        Arrays.fill(line, columns(), kc, 0);
    }

    /** Part of a row of any number of channels, into {@code line[0 .. kc)}. */
    private void gather(float[] line, int image, int y, int x, int k0, int kc) {
        int end = Math.min(k0 + kc, columns());
        for (int k = k0; k < end; ) {
            int tap = k / channels;
            int channel = k - tap * channels;
            int run = Math.min(channels - channel, end - k);
            int from = source(image, y, x, tap / shape.kernel(), tap % shape.kernel());
            for (int c = 0; c < run; c++) {
                line[k - k0 + c] = from < 0 ? 0 : values[from + channel + c];
            }
            k += run;
        }
        for (int k = Math.max(k0, end); k < k0 + kc; k++) {
            line[k - k0] = 0;
        }
    }

    /** Where the pixel under a tap starts in {@code values}, or -1 if there is none. */
    private int source(int image, int y, int x, int tapY, int tapX) {
        int sourceY;
        int sourceX;
        if (forward) {
            sourceY = y * shape.stride() + tapY - shape.padTop();
            sourceX = x * shape.stride() + tapX - shape.padLeft();
        } else {
            sourceY = y + shape.padTop() - tapY;
            sourceX = x + shape.padLeft() - tapX;
            if (shape.stride() > 1) {
                if (sourceY % shape.stride() != 0 || sourceX % shape.stride() != 0) {
                    return -1;
                }
                sourceY /= shape.stride();
                sourceX /= shape.stride();
            }
        }
        if (sourceY < 0 || sourceY >= height || sourceX < 0 || sourceX >= width) {
            return -1;
        }
        return at + ((image * height + sourceY) * width + sourceX) * channels;
    }

    private static void copy(float[] from, int fromAt, float[] to, int toAt) {
        for (int i = 0; i < CHUNK; i += LANES) {
            FloatVector.fromArray(F, from, fromAt + i).intoArray(to, toAt + i);
        }
    }

    private static void zero(float[] to, int toAt) {
        for (int i = 0; i < CHUNK; i += LANES) {
            FloatVector.zero(F).intoArray(to, toAt + i);
        }
    }
}
