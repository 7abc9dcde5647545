package imagespace.backend;

import java.util.Arrays;

/**
 * A dense float32 array on a {@link Backend}. Images are NHWC, row-major: shape [n, height, width, channels].
 *
 * <p>The values live where the backend keeps them (an array, a GPU); {@link Backend#read} and {@link Backend#write}
 * are the only way across. A tensor may be a view of a part of another one ({@link Backend#view}).
 */
public abstract class Tensor {
    private final int[] shape;
    private final int size;

    /** @param shape the extent of each dimension, at least 1 each; the product must fit an int */
    protected Tensor(int... shape) {
        this.shape = shape.clone();
        int product = 1;
        for (int extent : shape) {
            if (extent < 1) {
                throw new IllegalArgumentException(
                        "a tensor needs extents of at least 1, not " + Arrays.toString(shape));
            }
            product = Math.multiplyExact(product, extent);
        }
        this.size = product;
    }

    /** The extent of each dimension (a copy). */
    public final int[] shape() {
        return shape.clone();
    }

    /** The number of values. */
    public final int size() {
        return size;
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(shape);
    }
}
