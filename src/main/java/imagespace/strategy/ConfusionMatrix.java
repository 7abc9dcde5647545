package imagespace.strategy;

import imagespace.train.SampleHistory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The cumulative confusion matrix (CCM) of section 4.3: over the counted epochs, how often a sample of class i was taken
 * for class j.
 *
 * @param counts [true class][predicted class]
 */
public record ConfusionMatrix(long[][] counts) {
    /** A class taken for another one, so often. */
    public record Confusion(int label, int predicted, long count) {}

    /** Counts over trainings of the same samples. */
    public static ConfusionMatrix of(List<SampleHistory> trainings, int classes) {
        long[][] counts = new long[classes][classes];
        for (SampleHistory training : trainings) {
            for (int e = SampleStatistics.firstCounted(training.epochs()); e < training.epochs(); e++) {
                for (int i = 0; i < training.size(); i++) {
                    counts[training.labels()[i]][training.predicted(e, i)]++;
                }
            }
        }
        return new ConfusionMatrix(counts);
    }

    /** The most frequent confusions, most frequent first; of equal ones the smaller classes come first. */
    public List<Confusion> top(int count) {
        List<Confusion> confusions = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                if (i != j && counts[i][j] > 0) {
                    confusions.add(new Confusion(i, j, counts[i][j]));
                }
            }
        }
        confusions.sort(Comparator.comparingLong(Confusion::count)
                .reversed()
                .thenComparingInt(Confusion::label)
                .thenComparingInt(Confusion::predicted));
        return confusions.subList(0, Math.min(count, confusions.size()));
    }
}
