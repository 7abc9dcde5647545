package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;

import java.util.Arrays;

/**
 * The tiles of a tensor as Winograd's products multiply them: each tile through one of {@link MinimalFiltering}'s transforms
 * in two dimensions. It makes V = B^T d B of the overlapping patches of an input, and Y = G d G^T of the tiles of a gradient.
 *
 * <p>Pixels are read in the order of memory, all channels of a row of tiles at a time (what lies outside the image, or was
 * pooled, is first written out in scratch memory): a first pass goes down the columns of pixels, to a strip in the cache, and
 * a second one along the rows of the strip, to
 *
 * <pre>
 * [points squared][tiles / panel][channels / group][panel][group]
 * </pre>
 */
final class TileTransform {
    /** Tiles of a row that are transformed together; bounds the strip. */
    private static final int SEGMENT = 8;
    /** Channels that are transformed together, at most; likewise. */
    private static final int WIDE = 256;

    /** One of {@link MinimalFiltering}'s transforms from values to points. */
    @FunctionalInterface
    interface Transform {
        void apply(
                float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count);
    }

    /**
     * Images and the tiles they are cut into.
     *
     * @param top rows of pixels that the first tile begins above the image
     * @param left columns of pixels that it begins left of it
     */
    record Images(int height, int width, int channels, int top, int left, int tileRows, int tileColumns) {}

    /**
     * Where values go.
     *
     * @param panel tiles side by side
     * @param group channels side by side; the last group has what is left
     * @param pointStride floats from one point to the next
     */
    record Layout(int panel, int group, int pointStride) {}

    private final Transform transform;
    private final int points;
    /** Pixels from one tile to the next. */
    private final int side;
    /** Pixels that a tile takes in, in one dimension. */
    private final int taken;

    private final Images images;
    private final int channels;
    private final Layout layout;

    /** A worker's own memory, for all transforms. */
    static final class Scratch {
        /** [columns of pixels][channels / LANES][points] of vectors. */
        private float[] strip = {};
        /** Rows of pixels with zeros outside the image, or gradients made from pooled ones. */
        private float[] rows = {};
    }

    private TileTransform(Transform transform, int points, int side, int taken, Images images, Layout layout) {
        this.transform = transform;
        this.points = points;
        this.side = side;
        this.taken = taken;
        this.images = images;
        channels = images.channels;
        this.layout = layout;
    }

    /** V of inputs, whose patches are as large as there are points. */
    static TileTransform ofInput(MinimalFiltering f, Images images, int panel, int group, int pointStride) {
        return new TileTransform(
                f::input, f.points(), f.tile(), f.points(), images, new Layout(panel, group, pointStride));
    }

    /** Y of outputs' gradients, whose tiles lie side by side; in groups of NR channels. */
    static TileTransform ofGradient(MinimalFiltering f, Images images, int panel, int pointStride) {
        return new TileTransform(
                f::gradient, f.points(), f.tile(), f.tile(), images, new Layout(panel, Gemm.NR, pointStride));
    }

    /** Takes the memory that this needs. */
    void prepare(Scratch s) {
        int wide = Math.min(channels, WIDE);
        int columns = (SEGMENT - 1) * side + taken;
        s.strip = Simd.grown(s.strip, columns * wide * points);
        s.rows = Simd.grown(s.rows, (columns + 2) * wide * taken);
    }

    /**
     * Transforms the tiles [first, end).
     *
     * @param pooled if {@code in} is the gradient of a pooled output: how that was pooled; else null
     * @param firstRow the rows of points [firstRow, endRow) are wanted
     * @param to from START: the first tile, the first point wanted
     */
    void run(Scratch s, CpuTensor in, PooledPixels pooled, int first, int end, int firstRow, int endRow, float[] to) {
        for (int tile = first; tile < end; ) {
            int x = tile % images.tileColumns;
            int y = tile / images.tileColumns % images.tileRows;
            int image = tile / (images.tileColumns * images.tileRows);
            int count = Math.min(Math.min(SEGMENT, images.tileColumns - x), end - tile);
            int columns = (count - 1) * side + taken;
            for (int c = 0; c < channels; c += WIDE) {
                int wide = Math.min(WIDE, channels - c);
                downColumns(s, in, pooled, image, y * side - images.top, x * side - images.left, columns, c, wide);
                alongRows(s.strip, tile - first, count, c, wide, firstRow, endRow, to);
            }
            tile += count;
        }
    }

    /** The first pass: columns of pixels from (y, x), channels [c, c + wide), to the strip; zeros outside the image. */
    private void downColumns(
            Scratch s, CpuTensor in, PooledPixels pooled, int image, int y, int x, int columns, int c, int wide) {
        int column = wide * points;
        int begin = Math.max(0, -x);
        int end = Math.max(begin, Math.min(columns, images.width - x));
        Arrays.fill(s.strip, START, START + begin * column, 0);
        Arrays.fill(s.strip, START + end * column, START + columns * column, 0);
        float[] from = in.data;
        int at = in.at + ((image * images.height + y) * images.width + x + begin) * channels + c;
        int pixel = channels;
        int imageRow = images.width * channels;
        boolean inside = y >= 0 && y + taken <= images.height;
        if (!inside || pooled != null) {
            from = s.rows;
            at = START + wide; // a spare pixel on each side, which PooledPixels may overwrite
            pixel = wide;
            imageRow = (end - begin + 2) * wide;
            for (int i = 0; i < taken; i++) {
                copyRow(in, pooled, image, y + i, x + begin, end - begin, c, wide, s.rows, at + i * imageRow);
            }
        }
        int to = START + begin * column;
        if (pixel == wide) { // the pixels are neighbours: one run of vectors
            int vectors = (end - begin) * wide / LANES;
            transform.apply(from, at, LANES, imageRow, s.strip, to, points * LANES, LANES, vectors);
        } else {
            for (int j = begin; j < end; j++) {
                transform.apply(from, at, LANES, imageRow, s.strip, to, points * LANES, LANES, wide / LANES);
                at += pixel;
                to += column;
            }
        }
    }

    /** A row of pixels as it is to be seen: zeros outside the image, spread out if it was pooled. */
    private void copyRow(
            CpuTensor in,
            PooledPixels pooled,
            int image,
            int y,
            int x,
            int columns,
            int c,
            int wide,
            float[] to,
            int toAt) {
        if (y < 0 || y >= images.height || columns == 0) {
            Arrays.fill(to, toAt, toAt + columns * wide, 0);
        } else if (pooled != null) {
            pooled.spread(in, image, y, x, columns, c, wide, to, toAt);
        } else {
            for (int j = 0; j < columns; j++) {
                int at = in.at + ((image * images.height + y) * images.width + x + j) * channels + c;
                System.arraycopy(in.data, at, to, toAt + j * wide, wide);
            }
        }
    }

    /** The second pass: {@code count} tiles of the strip, which go to the places {@code slot ...}. */
    private void alongRows(float[] strip, int slot, int count, int c, int wide, int firstRow, int endRow, float[] to) {
        int vectors = wide / LANES;
        int panel = layout.panel;
        int pointStride = layout.pointStride;
        for (int k = 0; k < vectors; k++) {
            int channel = c + k * LANES;
            int groupAt = channel / layout.group * layout.group;
            int groupWide = Math.min(layout.group, channels - groupAt);
            int channelAt = START + groupAt * panel + channel - groupAt;
            for (int t = 0; t < count; t++) {
                int from = START + ((t * side * vectors + k) * points + firstRow) * LANES;
                int slotAt = (slot + t) / panel * panel * channels + (slot + t) % panel * groupWide;
                transform.apply(
                        strip,
                        from,
                        LANES,
                        vectors * points * LANES,
                        to,
                        channelAt + slotAt,
                        points * pointStride,
                        pointStride,
                        endRow - firstRow);
            }
        }
    }
}
