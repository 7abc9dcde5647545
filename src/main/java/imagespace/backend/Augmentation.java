package imagespace.backend;

/**
 * What happens to a training image on its way into a batch: at random (a fair coin an image) a horizontal flip, then a
 * shift by up to {@code pad} pixels each way, the border filled by reflection: the same as padding by reflection and
 * cropping at random. Noise samples are left as they are.
 *
 * @param flip whether to flip
 * @param pad largest shift in pixels, 0 for none
 */
public record Augmentation(boolean flip, int pad) {
    /** Images as they are. */
    public static final Augmentation NONE = new Augmentation(false, 0);
    /** CleverHans' CIFAR-10 tutorial: flip, pad 4 by reflection, crop. */
    public static final Augmentation FLIP_AND_SHIFT = new Augmentation(true, 4);
}
