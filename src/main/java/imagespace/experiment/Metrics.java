package imagespace.experiment;

import imagespace.train.Predictions;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What Table 1 reports of one trained classifier on the test samples. A mean over no sample (nothing right, nothing
 * wrong) is NaN, and null in a ledger.
 *
 * @param accuracy A: share classified correctly, in [0, 1]
 * @param confidence P_c: mean maximum probability of the right ones
 * @param illusiveness P_i: mean maximum probability of the wrong ones
 * @param truth P_g: mean probability of the true class among the wrong ones
 * @param noise N: how many test samples were called noise; each of them is wrong
 */
public record Metrics(double accuracy, double confidence, double illusiveness, double truth, int noise) {
    /**
     * Measures predictions of test samples.
     *
     * @param classes number of natural classes M; a prediction of M is "noise"
     */
    public static Metrics of(Predictions test, int classes) {
        int right = 0;
        int noise = 0;
        double confidence = 0;
        double illusiveness = 0;
        double truth = 0;
        for (int i = 0; i < test.size(); i++) {
            if (test.right(i)) {
                right++;
                confidence += test.maximum()[i];
            } else {
                illusiveness += test.maximum()[i];
                truth += test.ofLabel()[i];
            }
            if (test.predicted()[i] == classes) {
                noise++;
            }
        }
        int wrong = test.size() - right;
        return new Metrics(
                (double) right / test.size(), confidence / right, illusiveness / wrong, truth / wrong, noise);
    }

    /** For a ledger: the paper's symbols, probabilities in [0, 1]; null stands for NaN. */
    public SortedMap<String, Double> toMap() {
        SortedMap<String, Double> map = new TreeMap<>();
        map.put("A", accuracy);
        map.put("Pc", nullIfNaN(confidence));
        map.put("Pi", nullIfNaN(illusiveness));
        map.put("Pg", nullIfNaN(truth));
        map.put("N", (double) noise);
        return map;
    }

    /** Back from a ledger. */
    public static Metrics fromMap(SortedMap<String, Double> map) {
        return new Metrics(
                map.get("A"),
                nanIfNull(map.get("Pc")),
                nanIfNull(map.get("Pi")),
                nanIfNull(map.get("Pg")),
                map.get("N").intValue());
    }

    /** For a ledger. */
    static Double nullIfNaN(double value) {
        return Double.isNaN(value) ? null : (Double) value;
    }

    private static double nanIfNull(Double value) {
        return value == null ? Double.NaN : value;
    }
}
