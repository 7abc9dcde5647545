package imagespace.report;

import java.util.Arrays;
import org.apache.commons.statistics.inference.TTest;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * Two-sided tests of paired differences against 0.
 *
 * @param difference their mean and its interval
 * @param tTest p of Student's paired t test; NaN for fewer than 2 pairs
 * @param wilcoxon p of Wilcoxon's signed-rank test, exact if no differences are equal or 0; NaN for fewer than 2 pairs
 */
public record PairedComparison(Interval difference, double tTest, double wilcoxon) {
    /** Of the differences that are numbers, one a pair. */
    public static PairedComparison of(double[] differences) {
        double[] numbers = Arrays.stream(differences).filter(Double::isFinite).toArray();
        Interval interval = Interval.of(numbers);
        if (numbers.length < 2) {
            return new PairedComparison(interval, Double.NaN, Double.NaN);
        }
        if (Arrays.stream(numbers).allMatch(difference -> difference == 0)) {
            return new PairedComparison(
                    interval, 1, 1); // the tests are not defined, but nothing speaks for a difference
        }
        return new PairedComparison(
                interval,
                TTest.withDefaults().test(numbers).getPValue(),
                WilcoxonSignedRankTest.withDefaults().test(numbers).getPValue());
    }
}
