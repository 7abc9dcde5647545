package imagespace.strategy;

import imagespace.train.Predictions;
import java.util.function.IntPredicate;

/**
 * Two classifiers glued together (section 4.3): the main one, and a second one that knows the equivalence classes of
 * illusive samples, whose answers a look-up table translates.
 *
 * @param main what the main classifier says of some samples
 * @param second what the second one says of the same samples, in its own categories
 * @param table from these to the categories of the data
 */
public record GluedClassifier(Predictions main, Predictions second, LookupTable table) {
    /**
     * Share of samples classified correctly.
     *
     * @param toSecond whether the sample at a position is left to the second classifier
     */
    public double accuracy(IntPredicate toSecond) {
        int right = 0;
        for (int i = 0; i < main.size(); i++) {
            int category = toSecond.test(i) ? table.category(second.predicted()[i]) : main.predicted()[i];
            if (category == main.labels()[i]) {
                right++;
            }
        }
        return (double) right / main.size();
    }
}
