package imagespace.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Training statistics (section 4.3, "higher-order statistics of the training process"): for each sample and epoch the
 * predicted class, the probability of the true class, and the maximum probability.
 *
 * <p>Six bytes a sample and epoch: probabilities are kept as half-precision floats (relative error up to 2^-11).
 *
 * <p>There are two ways to fill it: from the training pass itself, which costs next to nothing ({@link Training#record};
 * the network as it was when the sample's turn came, dropout and augmentation on), or from predictions after each epoch
 * ({@link #add}; one forward pass more).
 */
public final class SampleHistory {
    /** One epoch, by position of the sample. */
    private record Epoch(char[] predicted, short[] ofLabel, short[] maximum) {
        Epoch(int size) {
            this(new char[size], new short[size], new short[size]);
        }
    }

    private final int[] ids;
    private final int[] labels;
    private final List<Epoch> epochs = new ArrayList<>();

    /** Nothing recorded yet of samples with these ids and true classes. */
    public SampleHistory(int[] ids, int[] labels) {
        this.ids = ids;
        this.labels = labels;
    }

    /** A new epoch begins; it is set by {@link #set}. */
    void startEpoch() {
        epochs.add(new Epoch(ids.length));
    }

    /** Sets what the epoch that began last says of a sample. */
    void set(int position, int predicted, float ofLabel, float maximum) {
        Epoch epoch = epochs.getLast();
        epoch.predicted[position] = (char) predicted;
        epoch.ofLabel[position] = Float.floatToFloat16(ofLabel);
        epoch.maximum[position] = Float.floatToFloat16(maximum);
    }

    /** Adds an epoch: what a classifier says after it of these very samples, in this order. */
    public void add(Predictions predictions) {
        startEpoch();
        for (int i = 0; i < ids.length; i++) {
            if (predictions.ids()[i] != ids[i]) {
                throw new IllegalArgumentException(
                        "sample " + predictions.ids()[i] + " where " + ids[i] + " was meant");
            }
            set(
                    i,
                    predictions.predicted()[i],
                    predictions.ofLabel()[i],
                    predictions.maximum()[i]);
        }
    }

    /** Adds an epoch from a file: predicted classes, and both probabilities in half precision. */
    public void add(char[] predicted, short[] ofLabel, short[] maximum) {
        epochs.add(new Epoch(predicted, ofLabel, maximum));
    }

    /** Number of samples. */
    public int size() {
        return ids.length;
    }

    /** Number of epochs recorded. */
    public int epochs() {
        return epochs.size();
    }

    /** Sample ids, by position. */
    public int[] ids() {
        return ids;
    }

    /** True classes, by position. */
    public int[] labels() {
        return labels;
    }

    /** The class that a sample was taken for; epochs count from 0. */
    public int predicted(int epoch, int position) {
        return epochs.get(epoch).predicted[position];
    }

    /** The probability of its true class. */
    public float ofLabel(int epoch, int position) {
        return Float.float16ToFloat(epochs.get(epoch).ofLabel[position]);
    }

    /** The probability of the predicted class. */
    public float maximum(int epoch, int position) {
        return Float.float16ToFloat(epochs.get(epoch).maximum[position]);
    }

    /** Whether a sample was classified correctly. */
    public boolean right(int epoch, int position) {
        return predicted(epoch, position) == labels[position];
    }

    /** The columns of an epoch for a file, by position: predicted classes; shared, not copied. */
    public char[] predicted(int epoch) {
        return epochs.get(epoch).predicted;
    }

    /** Likewise: probabilities of the true classes in half precision. */
    public short[] ofLabel(int epoch) {
        return epochs.get(epoch).ofLabel;
    }

    /** Likewise: maximum probabilities in half precision. */
    public short[] maximum(int epoch) {
        return epochs.get(epoch).maximum;
    }
}
