package imagespace.strategy;

import static imagespace.strategy.Subgroup.HIGH_CONFIDENCE;
import static imagespace.strategy.Subgroup.HIGH_ILLUSIVENESS;
import static imagespace.strategy.Subgroup.LOW_CONFIDENCE;
import static imagespace.strategy.Subgroup.LOW_ILLUSIVENESS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.train.Predictions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ConfidenceSplitTest {
    /** Samples 0 to 7; the base run is right about 0 to 4 and wrong about 5 to 7. */
    private static final Dataset TRAIN = data(8);

    private static final float[] MAXIMUM = {.9f, .5f, .7f, .7f, .3f, .6f, .8f, .4f};

    @Test
    void takesBothEndsOfBothLists() {
        ConfidenceSplit split = ConfidenceSplit.of(TRAIN, predictions(TRAIN, MAXIMUM, 5));

        assertEquals(5, split.correct());
        assertEquals(3, split.misclassified());
        assertArrayEquals(new int[] {0, 2, 3}, split.positions(HIGH_CONFIDENCE, .6));
        assertArrayEquals(new int[] {3, 1, 4}, split.positions(LOW_CONFIDENCE, .6));
        assertArrayEquals(new int[] {6, 5}, split.positions(HIGH_ILLUSIVENESS, .7));
        assertArrayEquals(new int[] {5, 7}, split.positions(LOW_ILLUSIVENESS, .7));
        assertArrayEquals(
                new int[] {0, 2, 3, 7},
                split.union(.66, HIGH_CONFIDENCE, LOW_ILLUSIVENESS).ids());
    }

    @Test
    void joinsByIdAndIgnoresOtherSamples() {
        Predictions base = predictions(TRAIN, MAXIMUM, 5);
        int[] reversed = {7, 5, 3, 1, 0};
        Dataset some = TRAIN.at(reversed);

        ConfidenceSplit split = ConfidenceSplit.of(some, base);

        assertEquals(3, split.correct());
        assertArrayEquals(new int[] {4, 2, 3}, split.positions(HIGH_CONFIDENCE, 1));
        assertArrayEquals(
                new int[] {7, 5, 3, 1, 0},
                split.union(1, HIGH_CONFIDENCE, HIGH_ILLUSIVENESS).ids());
    }

    @Test
    void sharesAreOfTheGroupAndRoundedDown() {
        ConfidenceSplit split = ConfidenceSplit.of(data(300), predictions(data(300), new float[300], 100));

        assertEquals(29, split.positions(HIGH_CONFIDENCE, .29).length);
        assertEquals(25, split.positions(LOW_CONFIDENCE, .25).length);
        assertEquals(50, split.positions(HIGH_ILLUSIVENESS, .25).length);
        assertEquals(0, split.positions(LOW_ILLUSIVENESS, .004).length);
    }

    @Test
    void withoutErrorsTheIllusiveGroupsAreEmpty() {
        ConfidenceSplit split = ConfidenceSplit.of(TRAIN, predictions(TRAIN, MAXIMUM, 8));

        assertEquals(0, split.misclassified());
        assertEquals(0, split.positions(HIGH_ILLUSIVENESS, 1).length);
        assertEquals(8, split.union(1, LOW_CONFIDENCE, HIGH_ILLUSIVENESS).size());
    }

    @Test
    void refusesWhatCannotBeJoined() {
        Predictions seven = predictions(data(7), MAXIMUM, 5);
        assertThrows(IllegalArgumentException.class, () -> ConfidenceSplit.of(TRAIN, seven));

        Predictions good = predictions(TRAIN, MAXIMUM, 5);
        Predictions twice = new Predictions(
                new int[] {0, 1, 2, 3, 4, 5, 6, 6}, good.labels(), good.predicted(), good.maximum(), good.ofLabel());
        assertThrows(IllegalArgumentException.class, () -> ConfidenceSplit.of(TRAIN.at(new int[] {0}), twice));

        Predictions otherLabels =
                new Predictions(good.ids(), new int[] {1, 1, 1, 1, 1, 1, 1, 1}, good.predicted(), MAXIMUM, MAXIMUM);
        assertThrows(IllegalArgumentException.class, () -> ConfidenceSplit.of(TRAIN, otherLabels));
        assertThrows(IllegalArgumentException.class, () -> ConfidenceSplit.of(NoiseClass.add(TRAIN, 1), good));
        for (double share : new double[] {0, -.1, 1.01, Double.NaN}) {
            ConfidenceSplit split = ConfidenceSplit.of(TRAIN, good);
            assertThrows(IllegalArgumentException.class, () -> split.positions(HIGH_CONFIDENCE, share));
        }
    }

    @Property(tries = 200)
    void everySplitIsAnOrderedPartition(
            @ForAll @IntRange(min = 1, max = 60) int n,
            @ForAll @DoubleRange(min = .01, max = 1) double share,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[] maximum = new float[n];
        for (int i = 0; i < n; i++) {
            maximum[i] = random.nextInt(5) / 5f; // many ties
        }
        int right = random.nextInt(n + 1);
        Dataset train = data(n);
        ConfidenceSplit split = ConfidenceSplit.of(train, predictions(train, maximum, right));

        int[] high = split.positions(HIGH_CONFIDENCE, share);
        int[] low = split.positions(LOW_CONFIDENCE, share);
        assertEquals(high.length, low.length);
        assertTrue(high.length <= share * right + 1e-6 && high.length > share * right - 1);
        assertTrue(
                IntStream.of(high).allMatch(i -> i < right) && IntStream.of(low).allMatch(i -> i < right));
        for (int i = 1; i < high.length; i++) {
            float before = maximum[high[i - 1]];
            assertTrue(before > maximum[high[i]] || before == maximum[high[i]] && high[i - 1] < high[i]);
        }
        if (high.length > 0) {
            assertTrue(maximum[high[high.length - 1]] >= maximum[low[0]] || share > .5);
        }
        if (share <= .5) {
            assertTrue(IntStream.of(high).noneMatch(i -> Arrays.stream(low).anyMatch(j -> i == j)));
        }
        assertEquals(n, split.union(1, LOW_CONFIDENCE, HIGH_ILLUSIVENESS).size());
    }

    static Dataset data(int n) {
        return Dataset.of(new Images(new byte[n], 1, 1, 1), new int[n], List.of("a", "b"));
    }

    /** The first {@code right} samples are right. */
    private static Predictions predictions(Dataset data, float[] maximum, int right) {
        int[] predicted = new int[data.size()];
        Arrays.fill(predicted, Math.min(right, predicted.length), predicted.length, 1);
        return new Predictions(data.ids(), data.labels(), predicted, maximum, maximum);
    }
}
