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
 * An activation does not decrease. So the maximum is that of the values before it; and where it is flat, no gradient comes back,
 * and it does not matter which of its equal values was the first.
 *
 * <p>So the largest activations of a network are written as a quarter of their size and a bit a value.
 */
final class PooledPixels {
    private static final int WINDOW = 2;

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
     * Pools a tile of pixels as it is made from its points.
     *
     * @param s has the points, and room for the windows of a tile that reaches over the border
     * @param at where and how, up to {@code slope}: as for {@link MinimalFiltering#output}
     * @param out the pooled output
     * @param y row of the tile's first pixel in the convolution's output, even; {@code x} its column, likewise
     * @param rows of the tile that lie in the image, even; {@code columns} likewise
     * @param channel the first of the vector's
     */
    void output(
            MinimalFiltering filtering,
            WinogradMemory.Worker s,
            int at,
            int stride,
            float[] biases,
            int biasAt,
            float slope,
            CpuTensor out,
            int image,
            int y,
            int x,
            int rows,
            int columns,
            int channel) {
        int window = window(image, y, x);
        int to = out.at + window * channels + channel;
        int toBits = window * vectors + channel / LANES;
        int wide = width / WINDOW;
        if (rows == filtering.height() && columns == filtering.width()) {
            int row = wide * channels;
            filtering.pooledOutput(
                    kind, s.m, at, stride, s.halfway, biases, biasAt, slope, out.data, to, row, channels, bits, toBits);
            return;
        }
        int tileWide = filtering.width() / WINDOW;
        int row = tileWide * LANES;
        filtering.pooledOutput(
                kind, s.m, at, stride, s.halfway, biases, biasAt, slope, s.tile, START, row, LANES, s.bits, 0);
        for (int i = 0; i < rows / WINDOW; i++) {
            for (int j = 0; j < columns / WINDOW; j++) {
                int inTile = i * tileWide + j;
                int further = i * wide + j;
                FloatVector.fromArray(F, s.tile, START + inTile * LANES).intoArray(out.data, to + further * channels);
                bits[toBits + further * vectors] = s.bits[inTile];
            }
        }
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
