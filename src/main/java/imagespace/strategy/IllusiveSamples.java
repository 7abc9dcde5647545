package imagespace.strategy;

import imagespace.data.Dataset;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Section 4.3: illusive samples are those that are consistently misclassified during training, sometimes even with very
 * high confidence. Here: right in at most {@code tolerance} of the counted epochs, over all trainings counted.
 *
 * <p>The paper leaves them out of training, to weaken over-fitting (figure 2) and to make a network harder to attack (table 2).
 */
public final class IllusiveSamples {
    private final Set<Integer> ids = new HashSet<>();

    private IllusiveSamples() {}

    /**
     * Finds them.
     *
     * @param tolerance in so many counted epochs a sample may be right, and is illusive still; 0 by default
     */
    public static IllusiveSamples of(SampleStatistics statistics, int tolerance) {
        IllusiveSamples illusive = new IllusiveSamples();
        for (int i = 0; i < statistics.size(); i++) {
            if (statistics.right()[i] <= tolerance) {
                illusive.ids.add(statistics.ids()[i]);
            }
        }
        return illusive;
    }

    /** Their number. */
    public int count() {
        return ids.size();
    }

    /** Whether the sample with this id is illusive. */
    public boolean contains(int id) {
        return ids.contains(id);
    }

    /** The data set without them. */
    public Dataset removedFrom(Dataset data) {
        return data.at(positions(data, id -> !ids.contains(id)));
    }

    /** The data set without as many samples, chosen at random: the control of the same size. */
    public Dataset randomRemovedFrom(Dataset data, long seed) {
        return RandomSubset.of(data, removedFrom(data).size(), seed);
    }

    /** Only the illusive samples. */
    public Dataset within(Dataset data) {
        return data.at(positions(data, ids::contains));
    }

    private static int[] positions(Dataset data, IntPredicate wanted) {
        return IntStream.range(0, data.size())
                .filter(i -> wanted.test(data.ids()[i]))
                .toArray();
    }
}
