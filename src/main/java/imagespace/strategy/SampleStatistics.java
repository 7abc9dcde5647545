package imagespace.strategy;

import imagespace.train.SampleHistory;
import java.util.Arrays;
import java.util.List;

/**
 * What the training statistics say of each sample, over the counted epochs: the second half of every training, in which
 * the network no longer changes its mind at random (section 4.3, "higher-order statistics of the training process").
 *
 * @param ids sample ids, by position
 * @param labels true classes
 * @param counted number of counted epochs, of all trainings together
 * @param right in how many of them the sample was classified correctly
 * @param predicted the class that it was taken for most often (the first of equally frequent ones)
 * @param confidence mean probability of the true class
 * @param variability standard deviation of that probability over the counted epochs (dividing by their number)
 * @param maximum mean probability of the predicted class
 */
public record SampleStatistics(
        int[] ids,
        int[] labels,
        int counted,
        int[] right,
        int[] predicted,
        double[] confidence,
        double[] variability,
        double[] maximum) {

    /** The first counted epoch of a training with so many, from 0. */
    static int firstCounted(int epochs) {
        return epochs / 2;
    }

    /**
     * Puts trainings together.
     *
     * @param trainings at least one, all of the same samples, each of at least one epoch
     * @param classes number of categories
     */
    public static SampleStatistics of(List<SampleHistory> trainings, int classes) {
        SampleHistory first = trainings.getFirst();
        int n = first.size();
        SampleStatistics statistics = new SampleStatistics(
                first.ids(),
                first.labels(),
                counted(trainings),
                new int[n],
                new int[n],
                new double[n],
                new double[n],
                new double[n]);
        for (int i = 0; i < n; i++) {
            statistics.set(i, trainings, classes);
        }
        return statistics;
    }

    private static int counted(List<SampleHistory> trainings) {
        int counted = 0;
        for (SampleHistory training : trainings) {
            if (!Arrays.equals(training.ids(), trainings.getFirst().ids())) {
                throw new IllegalArgumentException("the trainings are of different samples");
            }
            counted += training.epochs() - firstCounted(training.epochs());
        }
        if (counted == 0) {
            throw new IllegalArgumentException("nothing was recorded");
        }
        return counted;
    }

    private void set(int position, List<SampleHistory> trainings, int classes) {
        int[] votes = new int[classes];
        double sum = 0;
        double squares = 0;
        for (SampleHistory training : trainings) {
            for (int e = firstCounted(training.epochs()); e < training.epochs(); e++) {
                votes[training.predicted(e, position)]++;
                right[position] += training.right(e, position) ? 1 : 0;
                sum += training.ofLabel(e, position);
                squares += Math.pow(training.ofLabel(e, position), 2);
                maximum[position] += training.maximum(e, position) / counted;
            }
        }
        for (int c = 1; c < classes; c++) {
            predicted[position] = votes[c] > votes[predicted[position]] ? c : predicted[position];
        }
        confidence[position] = sum / counted;
        variability[position] = Math.sqrt(Math.max(0, squares / counted - Math.pow(sum / counted, 2)));
    }

    /** Number of samples. */
    public int size() {
        return ids.length;
    }
}
