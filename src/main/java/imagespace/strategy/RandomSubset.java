package imagespace.strategy;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import imagespace.data.Dataset;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A random part of a data set: to make an experiment smaller, or as the same-size control of a chosen part. Every sample
 * draws a number from (seed, id); the smallest are taken. So a smaller subset lies within a larger one of the same seed.
 */
public final class RandomSubset {
    private RandomSubset() {}

    /** Chooses {@code count} samples, or all if there are fewer; they stay in their order. */
    public static Dataset of(Dataset data, int count, long seed) {
        if (count < 1) {
            throw new IllegalArgumentException("a subset has at least 1 sample, not " + count);
        }
        if (count >= data.size()) {
            return data;
        }
        long[] keys = new long[data.size()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Integer.toUnsignedLong(Philox.bits(seed, RandomStream.SUBSET, data.ids()[i]));
        }
        Comparator<Integer> byKey = Comparator.comparingLong(i -> keys[i]);
        return data.at(IntStream.range(0, data.size())
                .boxed()
                .sorted(byKey.thenComparing(i -> data.ids()[i]))
                .limit(count)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray());
    }
}
