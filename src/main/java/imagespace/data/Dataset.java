package imagespace.data;

import java.util.Arrays;
import java.util.List;

/**
 * Labelled samples to learn from or to test on: which images, what label and weight each. A strategy of the paper is a
 * pure function from one of these to another.
 *
 * <p>A sample's id is its image's index in {@code images} and stays with it through every selection and relabelling. A
 * negative id is noise sample {@code -1 - id}, generated and never stored (see {@code NoiseClass}).
 *
 * @param images the images that the ids refer to
 * @param ids one a sample
 * @param labels class index of each sample, in [0, classes)
 * @param weights w(x) of equation 1, 1 by default
 * @param classNames one a class; their number is the number of categories of the network
 */
public record Dataset(Images images, int[] ids, int[] labels, float[] weights, List<String> classNames) {
    public Dataset {
        if (ids.length != labels.length || ids.length != weights.length) {
            throw new IllegalArgumentException("ids, labels and weights differ in length: " + ids.length + ", "
                    + labels.length + ", " + weights.length);
        }
        classNames = List.copyOf(classNames);
    }

    /** All images in order, with weight 1. */
    public static Dataset of(Images images, int[] labels, List<String> classNames) {
        int[] ids = new int[labels.length];
        Arrays.setAll(ids, i -> i);
        float[] weights = new float[labels.length];
        Arrays.fill(weights, 1);
        return new Dataset(images, ids, labels, weights, classNames);
    }

    /** Number of samples. */
    public int size() {
        return ids.length;
    }

    /** Number of categories (M, or M + 1 with a noise class). */
    public int classes() {
        return classNames.size();
    }

    /** The samples at the given positions (not ids), in that order. */
    public Dataset at(int[] positions) {
        int[] newIds = new int[positions.length];
        int[] newLabels = new int[positions.length];
        float[] newWeights = new float[positions.length];
        for (int i = 0; i < positions.length; i++) {
            newIds[i] = ids[positions[i]];
            newLabels[i] = labels[positions[i]];
            newWeights[i] = weights[positions[i]];
        }
        return new Dataset(images, newIds, newLabels, newWeights, classNames);
    }
}
