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

    /** Mean of -log of the probability of the true class: the loss without smoothing. */
    public double loss() {
        double sum = 0;
        for (float p : ofLabel) {
            sum -= Math.log(Math.max(p, Float.MIN_NORMAL)); // a probability may be rounded down to 0
        }
        return sum / size();
    }

    /** The predictions at some positions. */
    public Predictions at(int[] positions) {
        int n = positions.length;
        Predictions part = new Predictions(new int[n], new int[n], new int[n], new float[n], new float[n]);
        for (int i = 0; i < n; i++) {
            part.ids[i] = ids[positions[i]];
            part.labels[i] = labels[positions[i]];
            part.predicted[i] = predicted[positions[i]];
            part.maximum[i] = maximum[positions[i]];
            part.ofLabel[i] = ofLabel[positions[i]];
        }
        return part;
    }

    /** Index of the largest of {@code values[from .. from + count)}, the first of equal ones, counted from there. */
    public static int largest(float[] values, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[from + i] > values[from + best]) {
                best = i;
            }
        }
        return best;
    }
}
