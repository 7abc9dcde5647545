package imagespace.train;

import imagespace.backend.Augmentation;
import imagespace.optim.Optimizer;

/**
 * How to train; the network and the data are given apart.
 *
 * @param epochs passes over the data
 * @param batch samples a step; the last step of an epoch takes what is left
 * @param optimizer the update rule and its constants
 * @param labelSmoothing eps of the smoothed targets, 0 for none
 * @param augmentation what is done to training images
 * @param seed fixes weights, order, dropout, augmentation and noise, in streams of their own
 */
public record TrainingConfig(
        int epochs, int batch, Optimizer optimizer, float labelSmoothing, Augmentation augmentation, long seed) {
    /** Table 1: Adam 1e-3, no smoothing, no augmentation. */
    public static TrainingConfig plain(int epochs, int batch, long seed) {
        return new TrainingConfig(epochs, batch, Optimizer.adam(1e-3f), 0, Augmentation.NONE, seed);
    }
}
