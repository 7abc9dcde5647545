package imagespace.report;

import java.util.Arrays;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of a sample and its 95 % confidence interval by Student's t.
 *
 * @param n number of values
 * @param mean NaN of none
 * @param sd standard deviation (n - 1); NaN for n &lt; 2
 * @param low lower bound of the interval; NaN for n &lt; 2
 * @param high upper bound; NaN for n &lt; 2
 */
public record Interval(int n, double mean, double sd, double low, double high) {
    /** Confidence of every interval and test here. */
    public static final double CONFIDENCE = .95;

    /** Of the values that are numbers; NaN and infinite ones do not count. */
    public static Interval of(double[] values) {
        double[] numbers = Arrays.stream(values).filter(Double::isFinite).toArray();
        int n = numbers.length;
        double mean = Mean.of(numbers).getAsDouble(); // NaN of none
        if (n < 2) {
            return new Interval(n, mean, Double.NaN, Double.NaN, Double.NaN);
        }
        double sd = StandardDeviation.of(numbers).getAsDouble();
        double half = TDistribution.of(n - 1).inverseSurvivalProbability((1 - CONFIDENCE) / 2) * sd / Math.sqrt(n);
        return new Interval(n, mean, sd, mean - half, mean + half);
    }

    /** Whether all of it lies above a value; false if there are no bounds. */
    public boolean above(double value) {
        return low > value;
    }

    /** Whether all of it lies below a value; false if there are no bounds. */
    public boolean below(double value) {
        return high < value;
    }
}
