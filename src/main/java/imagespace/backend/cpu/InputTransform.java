package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.TileSource.SEGMENT;
import static imagespace.backend.cpu.TileSource.WIDE;

import imagespace.backend.cpu.TileSource.Images;
import java.util.Arrays;

/**
 * V = B^T d B of the overlapping patches of an input, as Winograd's products multiply them:
 *
 * <pre>
 * [points][tiles / panel][channels / group][panel][group]
 * </pre>
 *
 * Pixels are read in the order of memory, all channels of a row of tiles at a time: a first pass goes down the columns of
 * pixels, to a strip in the cache, and a second one along the rows of the strip.
 */
final class InputTransform {
    private final MinimalFiltering filtering;
    private final Images images;
    private final int channels;
    private final int panel;
    private final int group;
    private final int pointStride;

    /** A worker's own memory; {@link GradientTransform} has its pixels from the same source. */
    static final class Scratch {
        /** [columns of pixels][channels / LANES][points] of vectors. */
        private float[] strip = {};

        final TileSource source = new TileSource();
    }

    /**
     * @param panel tiles side by side
     * @param group channels side by side; the last group has what is left
     * @param pointStride floats from one point to the next
     */
    InputTransform(MinimalFiltering filtering, Images images, int panel, int group, int pointStride) {
        this.filtering = filtering;
        this.images = images;
        channels = images.channels();
        this.panel = panel;
        this.group = group;
        this.pointStride = pointStride;
    }

    /** Takes the memory that this needs. */
    void prepare(Scratch s) {
        int wide = Math.min(channels, WIDE);
        int columns = columns(SEGMENT);
        s.strip = Simd.grown(s.strip, columns * wide * filtering.pointRows());
        s.source.prepare(filtering.pointRows(), columns, wide);
    }

    /**
     * Transforms the tiles [first, end).
     *
     * @param pooled if {@code in} is the gradient of a pooled output: how that was pooled; else null
     * @param firstRow the rows of points [firstRow, endRow) are wanted
     * @param to from {@code toAt}: the first tile, the first point wanted
     */
    void run(
            Scratch s,
            CpuTensor in,
            PooledPixels pooled,
            int first,
            int end,
            int firstRow,
            int endRow,
            float[] to,
            int toAt) {
        for (int tile = first; tile < end; ) {
            int x = tile % images.tileColumns();
            int y = tile / images.tileColumns() % images.tileRows();
            int image = tile / (images.tileColumns() * images.tileRows());
            int count = Math.min(Math.min(SEGMENT, images.tileColumns() - x), end - tile);
            for (int c = 0; c < channels; c += WIDE) {
                int wide = Math.min(WIDE, channels - c);
                int top = y * filtering.height() - images.top();
                int left = x * filtering.width() - images.left();
                downColumns(s, in, pooled, image, top, left, columns(count), c, wide);
                alongRows(s.strip, tile - first, count, c, wide, firstRow, endRow, to, toAt);
            }
            tile += count;
        }
    }

    /** Of pixels under so many tiles of a row. */
    private int columns(int tiles) {
        return (tiles - 1) * filtering.width() + filtering.pointColumns();
    }

    /** The first pass: columns of pixels from (y, x), channels [c, c + wide), to the strip; zeros outside the image. */
    private void downColumns(
            Scratch s, CpuTensor in, PooledPixels pooled, int image, int y, int x, int columns, int c, int wide) {
        int rows = filtering.pointRows();
        int column = wide * rows;
        int begin = Math.max(0, -x);
        int end = Math.max(begin, Math.min(columns, images.width() - x));
        Arrays.fill(s.strip, START, START + begin * column, 0);
        Arrays.fill(s.strip, START + end * column, START + columns * column, 0);
        if (begin == end) {
            return;
        }
        TileSource source = s.source;
        source.find(images, in, pooled, image, y, x + begin, rows, end - begin, c, wide);
        int to = START + begin * column;
        if (source.pixel == wide) { // the pixels are neighbours: one run of vectors
            filtering.inputColumns(source.data, source.at, source.row, s.strip, to, (end - begin) * wide / LANES);
        } else {
            for (int j = 0; j < end - begin; j++) {
                int from = source.at + j * source.pixel;
                filtering.inputColumns(source.data, from, source.row, s.strip, to + j * column, wide / LANES);
            }
        }
    }

    /** The second pass: {@code count} tiles of the strip, which go to the places {@code slot ...}. */
    private void alongRows(
            float[] strip, int slot, int count, int c, int wide, int firstRow, int endRow, float[] to, int toAt) {
        int vectors = wide / LANES;
        int column = wide * filtering.pointRows();
        for (int k = 0; k < vectors; k++) {
            int channel = c + k * LANES;
            int groupAt = channel / group * group;
            int groupWide = Math.min(group, channels - groupAt);
            int channelAt = toAt + groupAt * panel + channel - groupAt;
            for (int t = 0; t < count; t++) {
                int from = START + t * filtering.width() * column + k * filtering.pointRows() * LANES;
                int slotAt = (slot + t) / panel * panel * channels + (slot + t) % panel * groupWide;
                filtering.inputRows(strip, from, column, to, channelAt + slotAt, pointStride, firstRow, endRow);
            }
        }
    }
}
