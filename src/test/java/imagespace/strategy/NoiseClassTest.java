package imagespace.strategy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import imagespace.data.Dataset;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseClassTest {
    private final Dataset natural = ConfidenceSplitTest.data(3);

    @Test
    void addsOneCategoryAndNegativeIds() {
        Dataset both = NoiseClass.add(natural.at(new int[] {2, 0}), 1.5);

        assertArrayEquals(new int[] {2, 0, -1, -2, -3}, both.ids());
        assertArrayEquals(new int[] {0, 0, 2, 2, 2}, both.labels());
        assertArrayEquals(new float[] {1, 1, 1, 1, 1}, both.weights());
        assertEquals(List.of("a", "b", "noise"), both.classNames());
        assertEquals(2, natural.classes());
    }

    @Test
    void refusesSecondNoiseAndBadRatios() {
        Dataset both = NoiseClass.add(natural, 5);
        assertThrows(IllegalArgumentException.class, () -> NoiseClass.add(both, 5));
        for (double ratio : new double[] {0, -1, Double.NaN, 1e10}) {
            assertThrows(IllegalArgumentException.class, () -> NoiseClass.add(natural, ratio));
        }
    }
}
