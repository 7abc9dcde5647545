package imagespace.backend.cpu;

import imagespace.backend.ConvShape;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows of tiles of one height: an output is cut from top to bottom into one or two of them. 16 rows, for instance, go into 6, 6
 * and 4, which take 8 + 8 + 6 rows of points, where four times 4 would take 24; 8 rows go into 4 and 4.
 *
 * @param filtering of its tiles
 * @param top its first row of pixels
 * @param tileRows how many rows of tiles, the last of which may reach over the lower border
 */
record TileBand(MinimalFiltering filtering, int top, int tileRows) {
    /**
     * With F(6x4, 3x3) as many tiles of its height, and then of F(4x4, 3x3), as need the fewest points; the others go by
     * themselves. The points of a band are the first ones of the band above.
     */
    static List<TileBand> cut(MinimalFiltering filtering, int height) {
        if (filtering != MinimalFiltering.F6X4) {
            return List.of(new TileBand(filtering, 0, tiles(height, filtering)));
        }
        MinimalFiltering lower = MinimalFiltering.F4X4;
        int high = 0;
        int fewest = Integer.MAX_VALUE;
        for (int tiles = 0; tiles <= tiles(height, filtering); tiles++) {
            int left = Math.max(0, height - tiles * filtering.height());
            int points = tiles * filtering.pointRows() + tiles(left, lower) * lower.pointRows();
            if (points < fewest) {
                fewest = points;
                high = tiles;
            }
        }
        List<TileBand> bands = new ArrayList<>();
        if (high > 0) {
            bands.add(new TileBand(filtering, 0, high));
        }
        int top = high * filtering.height();
        if (top < height) {
            bands.add(new TileBand(lower, top, tiles(height - top, lower)));
        }
        return bands;
    }

    private static int tiles(int height, MinimalFiltering filtering) {
        return (height + filtering.height() - 1) / filtering.height();
    }

    /** How many columns of tiles, the last of which may reach over the right border, an output of some width has. */
    static int tileColumns(MinimalFiltering filtering, int width) {
        return (width + filtering.width() - 1) / filtering.width();
    }

    /** The images that its tiles are cut from; {@code top} and {@code left} are the padding. */
    TileSource.Images images(int height, int width, int channels, int padTop, int padLeft, int tileColumns) {
        return new TileSource.Images(height, width, channels, padTop - top, padLeft, tileRows, tileColumns);
    }

    /** The inputs of a convolution, as its tiles see them. */
    TileSource.Images inputs(ConvShape s) {
        return images(
                s.height(), s.width(), s.inChannels(), s.padTop(), s.padLeft(), tileColumns(filtering, s.outWidth()));
    }

    /** The outputs of a convolution, which its tiles are cut from. */
    TileSource.Images outputs(ConvShape s) {
        return images(s.outHeight(), s.outWidth(), s.outChannels(), 0, 0, tileColumns(filtering, s.outWidth()));
    }
}
