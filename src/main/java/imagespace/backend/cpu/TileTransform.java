package imagespace.backend.cpu;

import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;

import java.util.Arrays;

/**
 * The tiles of a tensor as Winograd's products multiply them: each tile through one of {@link MinimalFiltering}'s transforms
 * in two dimensions. It makes V = B^T d B of the overlapping patches of an input, and Y = G d G^T of the tiles of a gradient.
 *
 * <p>Pixels are read as they lie in memory, all channels of a row of tiles at a time: a first pass goes down the columns of
 * pixels, to a strip in the cache, and a second one along the rows of the strip, to
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

    private final Transform transform;
    private final int points;
    /** Pixels from one tile to the next. */
    private final int side;
    /** Pixels that a tile takes in, in one dimension. */
    private final int taken;

    private final int height;
    private final int width;
    private final int channels;
    /** Pixels that the first tile begins above and left of the image. */
    private final int top;

    private final int left;
    private final int tileRows;
    private final int tileColumns;
    private final int panel;
    private final int group;
    /** Floats from one point to the next. */
    private final int point;

    /** A worker's own memory, for all transforms. */
    static final class Scratch {
        /** [columns of pixels][channels / LANES][points] of vectors. */
        private float[] strip = {};
        /** Rows of pixels with zeros outside the image, or gradients made from pooled ones. */
        private float[] rows = {};
    }

    private TileTransform(
            Transform transform,
            int points,
            int side,
            int taken,
            int height,
            int width,
            int channels,
            int top,
            int left,
            int tileRows,
            int tileColumns,
            int panel,
            int group,
            int point) {
        this.transform = transform;
        this.points = points;
        this.side = side;
        this.taken = taken;
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.top = top;
        this.left = left;
        this.tileRows = tileRows;
        this.tileColumns = tileColumns;
        this.panel = panel;
        this.group = group;
        this.point = point;
    }

    /**
     * V of an input of height x width x channels, in groups of CHUNK channels.
     *
     * @param top rows of zeros above the image
     * @param left columns of zeros left of it
     * @param point floats from one point to the next in V
     */
    static TileTransform ofInput(
            MinimalFiltering f,
            int height,
            int width,
            int channels,
            int top,
            int left,
            int tileRows,
            int tileColumns,
            int panel,
            int point) {
        return new TileTransform(
                f::input,
                f.points(),
                f.tile(),
                f.points(),
                height,
                width,
                channels,
                top,
                left,
                tileRows,
                tileColumns,
                panel,
                CHUNK,
                point);
    }

    /** Y of an output's gradient of height x width x channels, in groups of NR channels. */
    static TileTransform ofGradient(
            MinimalFiltering f,
            int height,
            int width,
            int channels,
            int tileRows,
            int tileColumns,
            int panel,
            int point) {
        return new TileTransform(
                f::gradient,
                f.points(),
                f.tile(),
                f.tile(),
                height,
                width,
                channels,
                0,
                0,
                tileRows,
                tileColumns,
                panel,
                Gemm.NR,
                point);
    }

    /** Takes the memory that this needs. */
    void prepare(Scratch s) {
        int pixels = (SEGMENT * side + taken - side) * Math.min(channels, WIDE);
        s.strip = Simd.grown(s.strip, pixels * points);
        s.rows = Simd.grown(s.rows, (pixels + 2 * Math.min(channels, WIDE)) * taken);
    }

    /**
     * Transforms the tiles [first, end).
     *
     * @param pooled if {@code in} is the gradient of a pooled output: how that was pooled; else null
     * @param firstRow the rows of points [firstRow, endRow) are wanted
     * @param to from START; the tile {@code first} is its first
     */
    void run(Scratch s, CpuTensor in, PooledPixels pooled, int first, int end, int firstRow, int endRow, float[] to) {
        for (int tile = first; tile < end; ) {
            int x = tile % tileColumns;
            int y = tile / tileColumns % tileRows;
            int image = tile / (tileColumns * tileRows);
            int count = Math.min(Math.min(SEGMENT, tileColumns - x), end - tile);
            int columns = (count - 1) * side + taken;
            for (int c = 0; c < channels; c += WIDE) {
                int wide = Math.min(WIDE, channels - c);
                downColumns(s, in, pooled, image, y * side - top, x * side - left, columns, c, wide);
                alongRows(s.strip, tile - first, count, c, wide, firstRow, endRow, to);
            }
            tile += count;
        }
    }

    /** The first pass: columns of pixels from (y, x), channels [c, c + wide), to the strip. */
    private void downColumns(
            Scratch s, CpuTensor in, PooledPixels pooled, int image, int y, int x, int columns, int c, int wide) {
        int column = wide * points;
        int begin = Math.max(0, -x);
        int end = Math.max(begin, Math.min(columns, width - x));
        Arrays.fill(s.strip, START, START + begin * column, 0);
        Arrays.fill(s.strip, START + end * column, START + columns * column, 0);
        float[] from = in.data;
        int at = in.at + ((image * height + y) * width + x + begin) * channels + c;
        int pixel = channels;
        int row = width * channels;
        boolean inside = y >= 0 && y + taken <= height;
        if (!inside || pooled != null) {
            from = s.rows;
            at = START + wide; // PooledPixels needs a pixel of room on both sides
            pixel = wide;
            row = (end - begin + 2) * wide;
            for (int i = 0; i < taken; i++) {
                copyRow(in, pooled, image, y + i, x + begin, end - begin, c, wide, s.rows, at + i * row);
            }
        }
        int to = START + begin * column;
        if (pixel == wide) { // the pixels are neighbours: one run of vectors
            int vectors = (end - begin) * wide / LANES;
            transform.apply(from, at, LANES, row, s.strip, to, points * LANES, LANES, vectors);
        } else {
            for (int j = begin; j < end; j++) {
                transform.apply(from, at, LANES, row, s.strip, to, points * LANES, LANES, wide / LANES);
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
        if (y < 0 || y >= height || columns == 0) {
            Arrays.fill(to, toAt, toAt + columns * wide, 0);
        } else if (pooled != null) {
            pooled.spread(in, image, y, x, columns, c, wide, to, toAt);
        } else {
            for (int j = 0; j < columns; j++) {
                int at = in.at + ((image * height + y) * width + x + j) * channels + c;
                System.arraycopy(in.data, at, to, toAt + j * wide, wide);
            }
        }
    }

    /** The second pass: {@code count} tiles of the strip; the first is number {@code tile}. */
    private void alongRows(float[] strip, int tile, int count, int c, int wide, int firstRow, int endRow, float[] to) {
        int vectors = wide / LANES;
        for (int k = 0; k < vectors; k++) {
            int channel = c + k * LANES;
            int groupAt = channel / group * group;
            int groupWide = Math.min(group, channels - groupAt);
            for (int t = 0; t < count; t++) {
                int row = tile + t;
                int from = START + ((t * side * vectors + k) * points + firstRow) * LANES;
                int at = row / panel * (panel * channels) + groupAt * panel + row % panel * groupWide;
                at += START + firstRow * points * point + channel - groupAt;
                transform.apply(
                        strip, from, LANES, vectors * points * LANES, to, at, points * point, point, endRow - firstRow);
            }
        }
    }
}
