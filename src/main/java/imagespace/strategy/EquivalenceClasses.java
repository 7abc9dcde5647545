package imagespace.strategy;

import imagespace.data.Dataset;
import imagespace.strategy.ConfusionMatrix.Confusion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Slicing (section 4.3): the network has learned that an illusive sample of class i belongs with those of class j, and
 * cannot connect it to its own. If (i, j) is a top confusion, these samples become a category of their own, "i seen as
 * j"; a second classifier learns these categories, and a look-up table glues each back to i.
 *
 * @param samples the illusive samples of the top confusions, relabelled
 * @param table from the new categories to those of the data
 */
public record EquivalenceClasses(Dataset samples, LookupTable table) {
    /**
     * Slices.
     *
     * @param train the samples that the statistics are of
     * @param top how many confusions count as top ones
     * @return as many categories as top confusions that have illusive samples; none if there are none
     */
    public static EquivalenceClasses of(
            Dataset train, SampleStatistics statistics, IllusiveSamples illusive, ConfusionMatrix ccm, int top) {
        Map<Integer, Integer> seenAs = new HashMap<>();
        for (int i = 0; i < statistics.size(); i++) {
            seenAs.put(statistics.ids()[i], statistics.predicted()[i]);
        }
        Dataset candidates = illusive.within(train);
        List<Integer> positions = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        List<Integer> categories = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Confusion confusion : ccm.top(top)) {
            int before = positions.size();
            for (int i = 0; i < candidates.size(); i++) {
                if (candidates.labels()[i] == confusion.label()
                        && seenAs.get(candidates.ids()[i]) == confusion.predicted()) {
                    positions.add(i);
                    labels.add(names.size());
                }
            }
            if (positions.size() > before) {
                names.add(train.classNames().get(confusion.label()) + " seen as "
                        + train.classNames().get(confusion.predicted()));
                categories.add(confusion.label());
            }
        }
        Dataset chosen = candidates.at(ints(positions));
        return new EquivalenceClasses(
                new Dataset(chosen.images(), chosen.ids(), ints(labels), chosen.weights(), names),
                new LookupTable(ints(categories)));
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }
}
