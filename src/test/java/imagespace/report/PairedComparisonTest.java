package imagespace.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PairedComparisonTest {
    /**
     * With 2 degrees of freedom Student's distribution has a closed form: the two-sided p of t is 1 - t / sqrt(t^2 + 2), and
     * the 97.5 % quantile .95 * sqrt(2 / (1 - .95^2)). The exact signed-rank p of three differences of one sign is 2 / 2^3.
     */
    @Test
    void threePairsByHand() {
        PairedComparison comparison = PairedComparison.of(new double[] {1, 2, 3});
        double t = 2 / (1 / Math.sqrt(3));
        assertEquals(1 - t / Math.sqrt(t * t + 2), comparison.tTest(), 1e-12);
        assertEquals(.25, comparison.wilcoxon(), 1e-12);
        double half = .95 * Math.sqrt(2 / (1 - .95 * .95)) / Math.sqrt(3);
        Interval interval = comparison.difference();
        assertEquals(3, interval.n());
        assertEquals(2, interval.mean());
        assertEquals(1, interval.sd());
        assertEquals(2 - half, interval.low(), 1e-9);
        assertEquals(2 + half, interval.high(), 1e-9);
    }

    /**
     * The t test and the interval by SciPy (ttest_1samp, t.interval). The signed-rank p by hand: of the 64 signs of six
     * ranks, two give a sum of negative ranks of at most 1, so p = 2 * 2 / 64.
     */
    @Test
    void sixPairs() {
        PairedComparison comparison = PairedComparison.of(new double[] {-1, 2, 3, 4, 5, 6});
        assertEquals(.02614624251160817, comparison.tTest(), 1e-9);
        assertEquals(.0625, comparison.wilcoxon(), 1e-12);
        assertEquals(.5606268548543678, comparison.difference().low(), 1e-9);
        assertEquals(5.772706478478965, comparison.difference().high(), 1e-9);
        assertTrue(comparison.difference().above(.5));
        assertFalse(comparison.difference().above(.6));
        assertTrue(comparison.difference().below(6));
    }

    @Test
    void fewOrEqualDifferences() {
        assertEquals(new Interval(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN), Interval.of(new double[0]));
        PairedComparison one = PairedComparison.of(new double[] {4, Double.NaN});
        assertEquals(new Interval(1, 4, Double.NaN, Double.NaN, Double.NaN), one.difference());
        assertTrue(Double.isNaN(one.tTest()) && Double.isNaN(one.wilcoxon()));
        assertFalse(one.difference().above(0) || one.difference().below(9));

        PairedComparison none = PairedComparison.of(new double[4]);
        assertEquals(new PairedComparison(new Interval(4, 0, 0, 0, 0), 1, 1), none);
        assertEquals(0, PairedComparison.of(new double[] {.5, .5, .5}).tTest());
    }

    /**
     * Worked by hand: in ascending order .005 * 4 = .02, .01 * 3 = .03, .03 * 2 = .06, .04 * 1 = .04 but not below .06.
     */
    @Test
    void holmStepsDown() {
        assertArrayEquals(new double[] {.03, .06, .06, .02}, Holm.adjust(new double[] {.01, .04, .03, .005}), 1e-15);
        assertArrayEquals(new double[] {1, 1}, Holm.adjust(new double[] {.7, .6}));
        assertArrayEquals(new double[] {.04}, Holm.adjust(new double[] {.04}));
        assertArrayEquals(new double[0], Holm.adjust(new double[0]));
    }
}
