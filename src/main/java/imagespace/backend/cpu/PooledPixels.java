package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import imagespace.backend.PoolShape;
import imagespace.backend.PooledConvolution.Kind;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Pooling by windows of 2x2, while a convolution has the pixels in the cache. Forward, pixels that were just computed
 * become pooled ones, and of each value one bit is kept. Backward, a value's gradient is made where it is wanted from
 * the gradient of its window and from the bit, and is never stored:
 *
 * <pre>
 * gradient = pooled gradient * (bit ? high : low)
 *
 *          bit is set for        high      low
 * maximum  the first maximum     1         0           (the activation was gone through on the pooled values)
 * average  values above 0        1/4       slope / 4
 * </pre>
 *
 * So the largest activations of a network are written as a quarter of their size and a bit a value.
 */
final class PooledPixels {
    private static final int WINDOW = 2;

    private final ThreadTeam team;
    private final Kind kind;
    private final int height;
    private final int width;
    private final int channels;
    private final float high;
    private final float low;
    /** A short for LANES channels of a pixel: [room, height, width, channels / LANES]. */
    private final short[] bits;

    private final ThreadTeam.Task biasTask = this::sumImage;
    /** Bias gradients of each image. */
    private float[] sums = {};

    private CpuTensor gradient;

    /** @param conv whose output is pooled: whole windows, channels in whole vectors */
    PooledPixels(ThreadTeam team, ConvShape conv, Activation activation, Kind kind, int room) {
        this.team = team;
        this.kind = kind;
        height = conv.outHeight();
        width = conv.outWidth();
        channels = conv.outChannels();
        high = kind == Kind.MAXIMUM ? 1 : 0.25f;
        low = kind == Kind.MAXIMUM ? 0 : 0.25f * activation.slope();
        bits = new short[room * height * width * (channels / LANES)];
    }

    static boolean fits(PoolShape pool) {
        return pool.window() == WINDOW && pool.tiles();
    }

    Kind kind() {
        return kind;
    }

    int pooledPixels(int n) {
        return n * (height / WINDOW) * (width / WINDOW);
    }

    /**
     * Pools a tile of pixels.
     *
     * @param tile [rows][side] pixels of a vector each
     * @param out the pooled output
     * @param y row of the tile's first pixel in the convolution's output, even
     * @param rows of the tile that lie in the image, even
     */
    void pool(float[] tile, int side, CpuTensor out, int image, int y, int x, int rows, int columns, int c) {
        for (int i = 0; i < rows; i += WINDOW) {
            int to = out.at + pooled(image, y + i, x) * channels + c;
            int bit = bit(image, y + i, x, c);
            if (kind == Kind.MAXIMUM) {
                maxima(tile, i * side * LANES, side * LANES, columns / WINDOW, out.data, to, bit);
            } else {
                means(tile, i * side * LANES, side * LANES, columns / WINDOW, out.data, to, bit);
            }
        }
    }

    private void maxima(float[] tile, int at, int row, int count, float[] out, int to, int bit) {
        int vectors = channels / LANES;
        int below = bit + width * vectors;
        for (int j = 0; j < count; j++) {
            FloatVector a = FloatVector.fromArray(F, tile, at);
            FloatVector b = FloatVector.fromArray(F, tile, at + LANES);
            FloatVector c = FloatVector.fromArray(F, tile, at + row);
            FloatVector d = FloatVector.fromArray(F, tile, at + row + LANES);
            FloatVector max = a.max(b).max(c).max(d);
            max.intoArray(out, to);
            long first = a.eq(max).toLong();
            long second = b.eq(max).toLong() & ~first;
            long third = c.eq(max).toLong() & ~(first | second);
            long fourth = d.eq(max).toLong() & ~(first | second | third);
            bits[bit] = (short) first;
            bits[bit + vectors] = (short) second;
            bits[below] = (short) third;
            bits[below + vectors] = (short) fourth;
            at += WINDOW * LANES;
            to += channels;
            bit += WINDOW * vectors;
            below += WINDOW * vectors;
        }
    }

    private void means(float[] tile, int at, int row, int count, float[] out, int to, int bit) {
        int vectors = channels / LANES;
        int below = bit + width * vectors;
        for (int j = 0; j < count; j++) {
            FloatVector a = FloatVector.fromArray(F, tile, at);
            FloatVector b = FloatVector.fromArray(F, tile, at + LANES);
            FloatVector c = FloatVector.fromArray(F, tile, at + row);
            FloatVector d = FloatVector.fromArray(F, tile, at + row + LANES);
            a.add(b).add(c).add(d).mul(0.25f).intoArray(out, to);
            bits[bit] = above0(a);
            bits[bit + vectors] = above0(b);
            bits[below] = above0(c);
            bits[below + vectors] = above0(d);
            at += WINDOW * LANES;
            to += channels;
            bit += WINDOW * vectors;
            below += WINDOW * vectors;
        }
    }

    private static short above0(FloatVector v) {
        return (short) v.compare(VectorOperators.GT, 0).toLong();
    }

    /**
     * The gradients of {@code count} pixels of a row, from that of the pooled output.
     *
     * @param to a vector a pixel
     */
    void spread(CpuTensor dOut, int image, int y, int x, int count, int c, float[] to, int toAt) {
        int vectors = channels / LANES;
        int bit = bit(image, y, x, c);
        int row = dOut.at + pooled(image, y, 0) * channels + c;
        for (int j = x; j < x + count; j++) {
            FloatVector d = FloatVector.fromArray(F, dOut.data, row + j / WINDOW * channels);
            VectorMask<Float> mask = VectorMask.fromLong(F, bits[bit]);
            d.mul(low).blend(d.mul(high), mask).intoArray(to, toAt);
            toAt += LANES;
            bit += vectors;
        }
    }

    /**
     * A weighted sum of two or four rows of gradients, {@code y ...}; rows and columns outside the image are zeros.
     *
     * @param factors of the rows
     * @param y even
     * @param x even
     */
    void combine(float[] factors, CpuTensor dOut, int image, int y, int x, int count, int c, float[] to) {
        boolean more = factors.length > WINDOW && y + WINDOW < height;
        int inside = Math.min(count, width - x);
        Arrays.fill(to, inside * LANES, count * LANES, 0);
        int upper = dOut.at + pooled(image, y, x) * channels + c;
        int bit = bit(image, y, x, c);
        combine(
                dOut.data,
                upper,
                more ? upper + width / WINDOW * channels : upper,
                bit,
                more ? bit + WINDOW * width * (channels / LANES) : bit,
                factors[0],
                factors[1],
                more ? factors[2] : 0,
                more ? factors[3] : 0,
                to,
                inside);
    }

    private void combine(
            float[] data,
            int upper,
            int lower,
            int upperBit,
            int lowerBit,
            float f0,
            float f1,
            float f2,
            float f3,
            float[] to,
            int count) {
        int vectors = channels / LANES;
        int row = width * vectors;
        FloatVector low0 = FloatVector.broadcast(F, f0 * low);
        FloatVector low1 = FloatVector.broadcast(F, f1 * low);
        FloatVector low2 = FloatVector.broadcast(F, f2 * low);
        FloatVector low3 = FloatVector.broadcast(F, f3 * low);
        for (int j = 0; j < count; j++) {
            FloatVector g0 = low0.blend(f0 * high, VectorMask.fromLong(F, bits[upperBit]));
            FloatVector g1 = low1.blend(f1 * high, VectorMask.fromLong(F, bits[upperBit + row]));
            FloatVector g2 = low2.blend(f2 * high, VectorMask.fromLong(F, bits[lowerBit]));
            FloatVector g3 = low3.blend(f3 * high, VectorMask.fromLong(F, bits[lowerBit + row]));
            int pixel = j / WINDOW * channels;
            FloatVector sum = FloatVector.fromArray(F, data, upper + pixel).mul(g0.add(g1));
            FloatVector.fromArray(F, data, lower + pixel).fma(g2.add(g3), sum).intoArray(to, j * LANES);
            upperBit += vectors;
            lowerBit += vectors;
        }
    }

    /** Sets dBias to the sums of the gradients of all pixels. */
    void sum(CpuTensor dBias, CpuTensor dOut, int n) {
        gradient = dOut;
        if (sums.length < n * channels) {
            sums = new float[n * channels];
        }
        team.run(n, biasTask);
        for (int c = 0; c < channels; c++) {
            float total = 0;
            for (int image = 0; image < n; image++) {
                total += sums[image * channels + c];
            }
            dBias.data[dBias.at + c] = total;
        }
    }

    private void sumImage(int image, int worker) {
        int at = image * channels;
        Arrays.fill(sums, at, at + channels, 0);
        int vectors = channels / LANES;
        int row = width * vectors;
        for (int y = 0; y < height; y += WINDOW) {
            for (int x = 0; x < width; x += WINDOW) {
                int from = gradient.at + pooled(image, y, x) * channels;
                int bit = bit(image, y, x, 0);
                for (int c = 0; c < channels; c += LANES) {
                    FloatVector factor = factor(bit).add(factor(bit + vectors));
                    factor = factor.add(factor(bit + row)).add(factor(bit + row + vectors));
                    FloatVector sum = FloatVector.fromArray(F, sums, at + c);
                    FloatVector.fromArray(F, gradient.data, from + c)
                            .fma(factor, sum)
                            .intoArray(sums, at + c);
                    bit++;
                }
            }
        }
    }

    private FloatVector factor(int bit) {
        return FloatVector.broadcast(F, low).blend(high, VectorMask.fromLong(F, bits[bit]));
    }

    /** The pooled pixel of pixel (y, x). */
    private int pooled(int image, int y, int x) {
        return (image * (height / WINDOW) + y / WINDOW) * (width / WINDOW) + x / WINDOW;
    }

    private int bit(int image, int y, int x, int c) {
        return ((image * height + y) * width + x) * (channels / LANES) + c / LANES;
    }
}
