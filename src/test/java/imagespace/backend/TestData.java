package imagespace.backend;

import java.util.SplittableRandom;

/** Values for tests and their comparison. All values are exact floats, kept as doubles. */
public final class TestData {
    private TestData() {}

    /** Uniform in [-1, 1). */
    public static double[] uniform(long seed, int count) {
        return uniform(seed, count, -1, 1);
    }

    /** Uniform in [low, high). */
    public static double[] uniform(long seed, int count, double low, double high) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble(low, high);
        }
        return values;
    }

    /** The mask of a dropout of a half: 0 or 2. */
    static double[] halfDropped(long seed, int count) {
        double[] mask = uniform(seed, count);
        for (int i = 0; i < count; i++) {
            mask[i] = mask[i] < 0 ? 0 : 2;
        }
        return mask;
    }

    /** Uniform bytes. */
    public static byte[] bytes(long seed, int count) {
        byte[] bytes = new byte[count];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Class indices in [0, classes). */
    public static int[] labels(long seed, int classes, int count) {
        return new SplittableRandom(seed).ints(count, 0, classes).toArray();
    }

    /** The nearest floats. */
    public static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** The same values as doubles. */
    public static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** Sum of the products. */
    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Euclidean length. */
    public static double norm(double[] values) {
        return Math.sqrt(dot(values, values));
    }

    /**
     * The relative error ||actual - expected|| / ||expected||; NaN if a value is NaN. Where all expected values are 0,
     * the absolute one.
     */
    public static double relativeError(double[] actual, double[] expected) {
        double[] difference = actual.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= expected[i];
        }
        double norm = norm(expected);
        return norm == 0 ? norm(difference) : norm(difference) / norm;
    }

    /** "value 7 of 12 is 0.5, expected 0.25" for the value that is furthest off (or the first NaN). */
    public static String worst(double[] actual, double[] expected) {
        int worst = 0;
        for (int i = 0; i < actual.length; i++) {
            double off = Math.abs(actual[i] - expected[i]);
            if (Double.isNaN(off)) {
                worst = i;
                break;
            }
            if (off > Math.abs(actual[worst] - expected[worst])) {
                worst = i;
            }
        }
        return "value " + worst + " of " + actual.length + " is " + actual[worst] + ", expected " + expected[worst];
    }
}
