package imagespace.strategy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.data.Dataset;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RandomSubsetTest {
    private final Dataset data = ConfidenceSplitTest.data(1000);

    @Test
    void takesExactlySoManyInOrder() {
        int[] ids = RandomSubset.of(data, 300, 7).ids();

        assertEquals(300, ids.length);
        assertArrayEquals(IntStream.of(ids).sorted().distinct().toArray(), ids);
        assertEquals(500, Arrays.stream(ids).average().orElseThrow(), 60); // 3.6 standard errors
        assertSame(data, RandomSubset.of(data, 1000, 7));
    }

    @Test
    void dependsOnSeedAndIdNotOnOrder() {
        int[] ids = RandomSubset.of(data, 10, 7).ids();

        assertNotEquals(
                Arrays.toString(ids),
                Arrays.toString(RandomSubset.of(data, 10, 8).ids()));
        int[] backwards = IntStream.range(0, 1000).map(i -> 999 - i).toArray();
        int[] same = RandomSubset.of(data.at(backwards), 10, 7).ids();
        assertArrayEquals(ids, IntStream.of(same).sorted().toArray());
        int[] more = RandomSubset.of(data, 20, 7).ids();
        assertTrue(IntStream.of(ids).allMatch(id -> Arrays.stream(more).anyMatch(other -> other == id)));
    }
}
