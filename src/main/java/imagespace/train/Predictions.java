package imagespace.train;

/**
 * What a trained classifier says of the samples of a data set, by position: dropout off, no augmentation.
 *
 * @param ids sample ids, to join with other records
 * @param labels true classes
 * @param predicted the class of the largest probability (the first, if several are equal)
 * @param maximum the largest probability: <em>confidence</em> where right, <em>illusiveness</em> where wrong
 * @param ofLabel the probability of the true class
 */
public record Predictions(int[] ids, int[] labels, int[] predicted, float[] maximum, float[] ofLabel) {
    /** Number of samples. */
    public int size() {
        return ids.length;
    }

    /** Whether the sample at a position is classified correctly. */
    public boolean right(int position) {
        return predicted[position] == labels[position];
    }

    /** Share of samples classified correctly, in [0, 1]. */
    public double accuracy() {
        int right = 0;
        for (int i = 0; i < size(); i++) {
            if (right(i)) {
                right++;
            }
        }
        return (double) right / size();
    }
}
