package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.TileSource.SEGMENT;
import static imagespace.backend.cpu.TileSource.WIDE;

import imagespace.backend.cpu.TileSource.Images;

/**
 * Y = G d G^T, where d is a tile of an output's gradient, for {@link WinogradWeightGradient} and {@link FewTilesGradient}:
 *
 * <pre>
 * [points][channels wanted / NR][tiles][NR]
 * </pre>
 *
 * where the last channels may be fewer than NR. Tiles lie side by side; those of a row are first copied together, in the order of
 * memory: reading them tile by tile takes a third longer at 128 channels.
 */
final class GradientTransform {
    private final MinimalFiltering filtering;
    private final Images images;
    /** Tiles that Y has room for. */
    private final int tiles;
    /** Floats from one point to the next. */
    private final int pointStride;

    GradientTransform(MinimalFiltering filtering, Images images, int tiles, int pointStride) {
        this.filtering = filtering;
        this.images = images;
        this.tiles = tiles;
        this.pointStride = pointStride;
    }

    /** Takes the memory that this needs. */
    void prepare(TileSource source) {
        source.prepare(filtering.height(), SEGMENT * filtering.width(), Math.min(images.channels(), WIDE));
    }

    /**
     * Transforms the tiles [first, end).
     *
     * @param pooled if {@code in} is the gradient of a pooled output: how that was pooled; else null
     * @param firstRow the rows of points [firstRow, endRow) are wanted
     * @param firstChannel the channels [firstChannel, endChannel) are wanted
     * @param to from {@code toAt}: the first tile, the first point and the first channel wanted
     */
    void run(
            TileSource source,
            CpuTensor in,
            PooledPixels pooled,
            int first,
            int end,
            int firstRow,
            int endRow,
            int firstChannel,
            int endChannel,
            float[] to,
            int toAt) {
        int high = filtering.height();
        int across = filtering.width();
        for (int tile = first; tile < end; ) {
            int x = tile % images.tileColumns();
            int y = tile / images.tileColumns() % images.tileRows();
            int image = tile / (images.tileColumns() * images.tileRows());
            int count = Math.min(Math.min(SEGMENT, images.tileColumns() - x), end - tile);
            for (int c = firstChannel; c < endChannel; c += WIDE) {
                int wide = Math.min(WIDE, endChannel - c);
                int top = y * high - images.top();
                source.copy(images, in, pooled, image, top, x * across, high, count * across, c, wide);
                for (int t = 0; t < count; t++) {
                    int from = source.at + t * across * source.pixel;
                    for (int k = 0; k < wide; k += LANES) {
                        int place = toAt + place(tile - first + t, c + k - firstChannel, endChannel - firstChannel);
                        filtering.gradient(
                                source.data,
                                from + k,
                                source.row,
                                source.pixel,
                                to,
                                place,
                                pointStride,
                                firstRow,
                                endRow);
                    }
                }
            }
            tile += count;
        }
    }

    /** Of a tile's channel, one of {@code count}, in a point. */
    private int place(int tile, int channel, int count) {
        int panel = channel / NR * NR;
        return panel * tiles + tile * Math.min(NR, count - panel) + channel - panel;
    }
}
