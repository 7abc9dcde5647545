package imagespace.train;

/**
 * One finished epoch, measured in the training pass itself (dropout on, weights moving).
 *
 * @param epoch 1 for the first
 * @param loss mean of the weighted loss
 * @param accuracy share of right predictions, in [0, 1]
 * @param seconds wall time
 */
public record EpochSummary(int epoch, double loss, double accuracy, double seconds) {}
