package imagespace.strategy;

import imagespace.data.Dataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Section 4.2, training with a random-noise class: most of the image space is no image at all, so a classifier is given
 * category M + 1 for it and samples, uniform in [0, 255] per pixel and channel, to fill it with (equation 1).
 *
 * <p>The samples are never stored: a negative id stands for each, and the backend draws noise sample -1 - id from the
 * run's seed whenever it is needed. So a run has a fixed set of them, and runs with one seed share theirs.
 */
public final class NoiseClass {
    /** The name of the category; its index is M, the number of natural classes. */
    public static final String NAME = "noise";

    private NoiseClass() {}

    /**
     * Adds the noise class.
     *
     * @param natural samples without noise
     * @param ratio noise samples a natural one, above 0; the paper has 5
     * @return the same samples, then the noise, all noise with weight 1
     */
    public static Dataset add(Dataset natural, double ratio) {
        if (!(ratio > 0) || natural.size() * (1 + ratio) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "no noise class of " + ratio + " times " + natural.size() + " samples is possible");
        }
        if (Arrays.stream(natural.ids()).anyMatch(id -> id < 0)) {
            throw new IllegalArgumentException("these samples hold noise already");
        }
        int n = natural.size();
        int total = n + (int) Math.round(ratio * n);
        int[] ids = Arrays.copyOf(natural.ids(), total);
        int[] labels = Arrays.copyOf(natural.labels(), total);
        float[] weights = Arrays.copyOf(natural.weights(), total);
        for (int i = n; i < total; i++) {
            ids[i] = -1 - (i - n);
        }
        Arrays.fill(labels, n, total, natural.classes());
        Arrays.fill(weights, n, total, 1);
        List<String> names = new ArrayList<>(natural.classNames());
        names.add(NAME);
        return new Dataset(natural.images(), ids, labels, weights, names);
    }
}
