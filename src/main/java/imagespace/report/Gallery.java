package imagespace.report;

import imagespace.data.Dataset;
import imagespace.strategy.ConfidenceSplit;
import imagespace.strategy.Subgroup;
import imagespace.train.Predictions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Training samples worth a look after a base run (section 4.1): the ones it is surest of, rightly and wrongly.
 *
 * @param confident right with the highest confidence, equally many of each class as far as there are, class by class
 * @param illusive wrong with the highest illusiveness, most illusive first
 */
public record Gallery(List<Tile> confident, List<Tile> illusive) {
    /**
     * A sample to be shown.
     *
     * @param id its id, which is its image's index
     * @param label name of its class
     * @param predicted name of the class that the base run gave it
     * @param probability that the base run gave this class
     */
    public record Tile(int id, String label, String predicted, float probability) {
        /** Such as "ship 99 %" or "ship -> truck 97 %". */
        public String caption() {
            String sure = String.format(Locale.ROOT, "%.0f %%", 100 * probability);
            return label.equals(predicted) ? label + " " + sure : label + " -> " + predicted + " " + sure;
        }
    }

    /**
     * Chooses samples.
     *
     * @param perClass most confident ones of each class
     * @param illusive most illusive ones in all
     */
    public static Gallery of(Dataset train, Predictions base, int perClass, int illusive) {
        Map<Integer, Integer> rowOf = HashMap.newHashMap(base.size());
        for (int row = 0; row < base.size(); row++) {
            rowOf.put(base.ids()[row], row);
        }
        ConfidenceSplit split = ConfidenceSplit.of(train, base);
        List<List<Tile>> byClass = new ArrayList<>();
        train.classNames().forEach(name -> byClass.add(new ArrayList<>()));
        for (int position : split.positions(Subgroup.HIGH_CONFIDENCE, 1)) {
            List<Tile> ofClass = byClass.get(train.labels()[position]);
            if (ofClass.size() < perClass) {
                ofClass.add(tile(train, base, position, rowOf));
            }
        }
        List<Tile> wrong = new ArrayList<>();
        for (int position : split.positions(Subgroup.HIGH_ILLUSIVENESS, 1)) {
            if (wrong.size() < illusive) {
                wrong.add(tile(train, base, position, rowOf));
            }
        }
        return new Gallery(byClass.stream().flatMap(List::stream).toList(), List.copyOf(wrong));
    }

    private static Tile tile(Dataset train, Predictions base, int position, Map<Integer, Integer> rowOf) {
        int id = train.ids()[position];
        int row = rowOf.get(id);
        return new Tile(
                id,
                train.classNames().get(train.labels()[position]),
                train.classNames().get(base.predicted()[row]),
                base.maximum()[row]);
    }
}
