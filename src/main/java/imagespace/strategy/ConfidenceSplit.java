package imagespace.strategy;

import imagespace.data.Dataset;
import imagespace.train.Predictions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Section 4.1, impact of training samples: after a base run, the training samples are either right or wrong. Sorted by
 * maximum probability, which is <em>confidence</em> for the right ones and <em>illusiveness</em> for the wrong ones,
 * both ends of both lists give the subgroups S_hc^p, S_lc^p, S_hi^p, S_li^p.
 *
 * <p>S_hc^p holds the p share of the right samples, S_hi^p the p share of the wrong ones, rounded down: no subgroup is
 * larger than its share, and the two ends do not meet up to p = 1/2. Of equal probabilities the smaller id counts as the
 * higher. If the base run got everything right, the wrong subgroups are empty.
 */
public final class ConfidenceSplit {
    /** So that .29 of 100 is 29 in spite of binary fractions. */
    private static final double ROUNDING = 1e-9;

    private final Dataset train;
    /** Positions in {@code train}, by falling confidence. */
    private final int[] right;
    /** Positions in {@code train}, by falling illusiveness. */
    private final int[] wrong;

    private ConfidenceSplit(Dataset train, int[] right, int[] wrong) {
        this.train = train;
        this.right = right;
        this.wrong = wrong;
    }

    /**
     * Splits training samples by what a base run says of them. The two are joined by id; their order does not matter,
     * and predictions of other samples are ignored.
     *
     * @throws IllegalArgumentException if a sample has no prediction, two predictions, another label in the prediction,
     *     or is noise
     */
    public static ConfidenceSplit of(Dataset train, Predictions base) {
        int[] rows = rowsById(train, base);
        int[] order = IntStream.range(0, train.size())
                .boxed()
                .sorted((a, b) -> {
                    int byMaximum = Float.compare(base.maximum()[rows[b]], base.maximum()[rows[a]]);
                    return byMaximum != 0 ? byMaximum : Integer.compare(train.ids()[a], train.ids()[b]);
                })
                .mapToInt(Integer::intValue)
                .toArray();
        return new ConfidenceSplit(
                train,
                IntStream.of(order).filter(i -> base.right(rows[i])).toArray(),
                IntStream.of(order).filter(i -> !base.right(rows[i])).toArray());
    }

    /** For each training sample, the row of its prediction. */
    private static int[] rowsById(Dataset train, Predictions base) {
        Map<Integer, Integer> rowOf = HashMap.newHashMap(base.size());
        for (int row = 0; row < base.size(); row++) {
            if (rowOf.put(base.ids()[row], row) != null) {
                throw new IllegalArgumentException("sample " + base.ids()[row] + " has two predictions");
            }
        }
        int[] rows = new int[train.size()];
        for (int i = 0; i < rows.length; i++) {
            int id = train.ids()[i];
            Integer row = rowOf.get(id);
            if (id < 0 || row == null) {
                throw new IllegalArgumentException(
                        id < 0 ? "split natural samples before adding noise" : "sample " + id + " has no prediction");
            }
            if (base.labels()[row] != train.labels()[i]) {
                throw new IllegalArgumentException("sample " + id + " is class " + train.labels()[i]
                        + " in the data and class " + base.labels()[row] + " in the predictions");
            }
            rows[i] = row;
        }
        return rows;
    }

    /** Number of samples that the base run got right. */
    public int correct() {
        return right.length;
    }

    /** Number of samples that the base run got wrong. */
    public int misclassified() {
        return wrong.length;
    }

    /**
     * Positions in the training set of the samples of S_group^share, by falling probability.
     *
     * @param share p, in (0, 1]
     */
    public int[] positions(Subgroup group, double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("a share lies in (0, 1], not " + share);
        }
        int[] sorted = group.correct() ? right : wrong;
        int count = (int) Math.floor(share * sorted.length + ROUNDING);
        return group.high()
                ? Arrays.copyOf(sorted, count)
                : Arrays.copyOfRange(sorted, sorted.length - count, sorted.length);
    }

    /** The union of subgroups, in the order of the training set: for HIGH_CONFIDENCE, LOW_ILLUSIVENESS S_hc^p + S_li^p. */
    public Dataset union(double share, Subgroup... groups) {
        return train.at(Arrays.stream(groups)
                .flatMapToInt(group -> IntStream.of(positions(group, share)))
                .sorted()
                .distinct()
                .toArray());
    }
}
