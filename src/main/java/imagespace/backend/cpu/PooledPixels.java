package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.apart;

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
    /** Of the tiles whose maxima are straight-line code. */
    private static final int SIDE = 4;

    private final ThreadTeam team;
    private final Kind kind;
    private final int height;
    private final int width;
    private final int channels;
    /** Of a pixel. */
    private final int vectors;

    private final float high;
    private final float low;
    /** Of LANES channels of a window, 16 bits a pixel in row-major order: [room, height / 2, width / 2, channels / LANES]. */
    private final long[] bits;

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
        vectors = channels / LANES;
        high = kind == Kind.MAXIMUM ? 1 : 0.25f;
        low = kind == Kind.MAXIMUM ? 0 : 0.25f * activation.slope();
        bits = new long[pooledPixels(room) * vectors];
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
     * Pools a tile of pixels. Like {@link WinogradTiles}' methods this and {@link #maxima} are longer than what C2 inlines, on purpose.
     *
     * @param tile [side][side] pixels of a vector each, from START
     * @param out the pooled output
     * @param y row of the tile's first pixel in the convolution's output, even; {@code x} its column, likewise
     * @param rows of the tile that lie in the image, even; {@code columns} likewise
     * @param channel the first of the vector's
     */
    void pool(float[] tile, int side, CpuTensor out, int image, int y, int x, int rows, int columns, int channel) {
        if (kind == Kind.MAXIMUM && side == SIDE && rows == side && columns == side) {
            maxima(tile, out, window(image, y, x), channel);
            return;
        }
        int row = side * LANES;
        for (int i = 0; i < rows; i += WINDOW) {
            int window = window(image, y + i, x);
            int at = START + i * row;
            int to = out.at + window * channels + channel;
            int bit = window * vectors + channel / LANES;
            for (int j = 0; j < columns; j += WINDOW) {
                FloatVector a = FloatVector.fromArray(F, tile, at);
                FloatVector b = FloatVector.fromArray(F, tile, at + LANES);
                FloatVector c = FloatVector.fromArray(F, tile, at + row);
                FloatVector d = FloatVector.fromArray(F, tile, at + row + LANES);
                if (kind == Kind.MAXIMUM) {
                    FloatVector max = a.max(b).max(c.max(d));
                    max.intoArray(out.data, to);
                    bits[bit] = firstMaxima(max, a, b, c, d);
                } else {
                    a.add(b).add(c.add(d)).mul(0.25f).intoArray(out.data, to);
                    bits[bit] = above0(a) | above0(b) << 16 | above0(c) << 32 | above0(d) << 48;
                }
                at += WINDOW * LANES;
                to += channels;
                bit += vectors;
            }
        }
    }

    /**
     * Of a whole tile of four by four: straight-line code takes half of the time of loops. Means do not gain by it.
     */
    private void maxima(float[] tile, CpuTensor out, int window, int channel) {
        FloatVector p00 = FloatVector.fromArray(F, tile, START);
        FloatVector p01 = FloatVector.fromArray(F, tile, START + LANES);
        FloatVector p02 = FloatVector.fromArray(F, tile, START + 2 * LANES);
        FloatVector p03 = FloatVector.fromArray(F, tile, START + 3 * LANES);
        FloatVector p10 = FloatVector.fromArray(F, tile, START + 4 * LANES);
        FloatVector p11 = FloatVector.fromArray(F, tile, START + 5 * LANES);
        FloatVector p12 = FloatVector.fromArray(F, tile, START + 6 * LANES);
        FloatVector p13 = FloatVector.fromArray(F, tile, START + 7 * LANES);
        FloatVector p20 = FloatVector.fromArray(F, tile, START + 8 * LANES);
        FloatVector p21 = FloatVector.fromArray(F, tile, START + 9 * LANES);
        FloatVector p22 = FloatVector.fromArray(F, tile, START + 10 * LANES);
        FloatVector p23 = FloatVector.fromArray(F, tile, START + 11 * LANES);
        FloatVector p30 = FloatVector.fromArray(F, tile, START + 12 * LANES);
        FloatVector p31 = FloatVector.fromArray(F, tile, START + 13 * LANES);
        FloatVector p32 = FloatVector.fromArray(F, tile, START + 14 * LANES);
        FloatVector p33 = FloatVector.fromArray(F, tile, START + 15 * LANES);
        int to = out.at + window * channels + channel;
        int below = to + width / WINDOW * channels;
        int bit = window * vectors + channel / LANES;
        int bitBelow = bit + width / WINDOW * vectors;
        FloatVector a = p00.max(p01).max(p10.max(p11));
        FloatVector b = p02.max(p03).max(p12.max(p13));
        FloatVector c = p20.max(p21).max(p30.max(p31));
        FloatVector d = p22.max(p23).max(p32.max(p33));
        a.intoArray(out.data, to);
        b.intoArray(out.data, to + channels);
        c.intoArray(out.data, below);
        d.intoArray(out.data, below + channels);
        bits[bit] = firstMaxima(a, p00, p01, p10, p11);
        bits[bit + vectors] = firstMaxima(b, p02, p03, p12, p13);
        bits[bitBelow] = firstMaxima(c, p20, p21, p30, p31);
        bits[bitBelow + vectors] = firstMaxima(d, p22, p23, p32, p33);
    }

    private static long firstMaxima(FloatVector max, FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
        long first = a.eq(max).toLong();
        long second = b.eq(max).toLong() & ~first;
        long third = c.eq(max).toLong() & ~(first | second);
        long fourth = d.eq(max).toLong() & ~(first | second | third);
        return first | second << 16 | third << 32 | fourth << 48;
    }

    private static long above0(FloatVector v) {
        return v.compare(VectorOperators.GT, 0).toLong();
    }

    /**
     * The gradients of {@code count} pixels of a row, channels [c, c + wide), from that of the pooled output; and those of
     * the neighbours left and right in the same windows, for which there must be room.
     */
    void spread(CpuTensor dOut, int image, int y, int x, int count, int c, int wide, float[] to, int toAt) {
        int shift = y % WINDOW * 32;
        int end = window(image, y, x + count - 1);
        int pixel = toAt - x % WINDOW * wide;
        for (int window = window(image, y, x); window <= end; window++) {
            int at = dOut.at + window * channels + c;
            spreadWindow(dOut.data, at, window * vectors + c / LANES, shift, wide, to, pixel);
            pixel += WINDOW * wide;
        }
    }

    /** Two pixels of a window, next to each other. */
    private void spreadWindow(float[] data, int at, int bit, int shift, int wide, float[] to, int toAt) {
        for (int k = 0; k < wide; k += LANES) {
            FloatVector d = FloatVector.fromArray(F, data, at + k);
            FloatVector ifClear = d.mul(low);
            FloatVector ifSet = d.mul(high);
            long set = bits[bit++] >>> shift;
            ifClear.blend(ifSet, mask(set)).intoArray(to, toAt + k);
            ifClear.blend(ifSet, mask(set >>> 16)).intoArray(to, toAt + wide + k);
        }
    }

    /** Of the lowest bits. */
    private static VectorMask<Float> mask(long bits) {
        return VectorMask.fromLong(F, bits);
    }

    /** Sets dBias to the sums of the gradients of all pixels. */
    void sum(CpuTensor dBias, CpuTensor dOut, int n) {
        gradient = dOut;
        sums = Simd.grown(sums, n * apart(channels));
        team.run(n, biasTask);
        for (int c = 0; c < channels; c++) {
            float total = 0;
            for (int image = 0; image < n; image++) {
                total += sums[START + image * apart(channels) + c];
            }
            dBias.data[dBias.at + c] = total;
        }
    }

    private void sumImage(int image, int worker) {
        int sum = START + image * apart(channels);
        Arrays.fill(sums, sum, sum + channels, 0);
        int windows = pooledPixels(1);
        for (int window = image * windows; window < (image + 1) * windows; window++) {
            int bit = window * vectors;
            for (int c = 0; c < channels; c += LANES) {
                long set = bits[bit++];
                FloatVector upper = factor(set).add(factor(set >>> 16));
                FloatVector lower = factor(set >>> 32).add(factor(set >>> 48));
                FloatVector.fromArray(F, gradient.data, gradient.at + window * channels + c)
                        .fma(upper.add(lower), FloatVector.fromArray(F, sums, sum + c))
                        .intoArray(sums, sum + c);
            }
        }
    }

    private FloatVector factor(long bits) {
        return FloatVector.broadcast(F, low).blend(high, mask(bits));
    }

    /** The window of pixel (y, x). */
    private int window(int image, int y, int x) {
        return (image * (height / WINDOW) + y / WINDOW) * (width / WINDOW) + x / WINDOW;
    }
}
