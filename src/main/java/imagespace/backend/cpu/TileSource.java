package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.START;

import java.util.Arrays;

/** Where a transform of tiles finds its pixels: in a tensor, or written out in scratch memory. */
final class TileSource {
    /** Tiles of a row that are transformed together, at most. */
    static final int SEGMENT = 8;
    /** Channels that are transformed together, at most. */
    static final int WIDE = 256;

    /**
     * Images and the tiles they are cut into.
     *
     * @param top rows of pixels that the first tile begins above the image; negative, where it begins below its upper border
     * @param left columns of pixels that it begins left of it
     */
    record Images(int height, int width, int channels, int top, int left, int tileRows, int tileColumns) {}

    private float[] scratch = {};

    // the pixels that were last asked for
    float[] data;
    int at;
    /** Floats from one pixel to the next. */
    int pixel;
    /** Floats from one row to the next. */
    int row;

    /** Takes the memory for so many pixels of some channels. */
    void prepare(int rows, int columns, int wide) {
        scratch = Simd.grown(scratch, rows * (columns + 2) * wide);
    }

    /**
     * Finds the pixels of some rows from y and columns from x, channels [c, c + wide): in the tensor, or in scratch memory if rows
     * lie outside the image, as columns do not, or if they were pooled.
     */
    void find(
            Images images,
            CpuTensor in,
            PooledPixels pooled,
            int image,
            int y,
            int x,
            int rows,
            int columns,
            int c,
            int wide) {
        boolean inside = y >= 0 && y + rows <= images.height;
        if (inside && pooled == null) {
            data = in.data;
            at = in.at + ((image * images.height + y) * images.width + x) * images.channels + c;
            pixel = images.channels;
            row = images.width * images.channels;
        } else {
            copy(images, in, pooled, image, y, x, rows, columns, c, wide);
        }
    }

    /**
     * The same, but always in scratch memory. The first column lies in the image; columns right of it are zeros.
     *
     * @param pooled if {@code in} is the gradient of a pooled output: how that was pooled; else null
     */
    void copy(
            Images images,
            CpuTensor in,
            PooledPixels pooled,
            int image,
            int y,
            int x,
            int rows,
            int columns,
            int c,
            int wide) {
        data = scratch;
        at = START + wide; // a spare pixel on each side, which PooledPixels may overwrite
        pixel = wide;
        row = (columns + 2) * wide;
        int there = Math.min(columns, images.width - x);
        for (int i = 0; i < rows; i++) {
            int to = at + i * row;
            if (y + i < 0 || y + i >= images.height) {
                Arrays.fill(scratch, to, to + columns * wide, 0);
            } else {
                copyRow(images, in, pooled, image, y + i, x, there, c, wide, to);
                Arrays.fill(scratch, to + there * wide, to + columns * wide, 0);
            }
        }
    }

    private void copyRow(
            Images images,
            CpuTensor in,
            PooledPixels pooled,
            int image,
            int y,
            int x,
            int columns,
            int c,
            int wide,
            int to) {
        if (pooled != null) {
            pooled.spread(in, image, y, x, columns, c, wide, scratch, to);
            return;
        }
        for (int j = 0; j < columns; j++) {
            int from = in.at + ((image * images.height + y) * images.width + x + j) * images.channels + c;
            System.arraycopy(in.data, from, scratch, to + j * wide, wide);
        }
    }
}
