package imagespace.report;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Holm's step-down adjustment (1979): several tests together err with at most the stated probability. */
public final class Holm {
    private Holm() {}

    /**
     * Adjusted p values, in the order given: the k-th smallest of m is multiplied by m - k + 1, is at least as large as the
     * one before it, and at most 1.
     */
    public static double[] adjust(double[] p) {
        int[] ascending = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[p.length];
        double largest = 0;
        for (int k = 0; k < p.length; k++) {
            largest = Math.max(largest, Math.min(1, (p.length - k) * p[ascending[k]]));
            adjusted[ascending[k]] = largest;
        }
        return adjusted;
    }
}
