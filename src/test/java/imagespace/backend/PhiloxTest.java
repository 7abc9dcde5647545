package imagespace.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Philox against its published vectors, and the way draws are numbered. */
class PhiloxTest {
    /** The known answers of Random123 for philox4x32-10. */
    @Test
    void publishedVectors() {
        check(new int[] {0, 0, 0, 0}, 0, 0, new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
        check(new int[] {-1, -1, -1, -1}, -1, -1, new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
        check(new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0, new int[] {
            0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1
        });
    }

    private static void check(int[] counter, int key0, int key1, int[] expected) {
        long seed = (long) key1 << 32 | Integer.toUnsignedLong(key0);
        for (int word = 0; word < 4; word++) {
            int actual = Philox.word(seed, counter[0], counter[1], counter[2], counter[3], word);
            assertEquals(Integer.toHexString(expected[word]), Integer.toHexString(actual), "word " + word);
        }
    }

    @Test
    void drawsAreNumberedByBlockAndWord() {
        long seed = 0x0123_4567_89AB_CDEFL;
        long index = 4 * 0x5_0000_0007L + 2;
        assertEquals(Philox.word(seed, 7, 5, 3, 0, 2), Philox.bits(seed, 3, index));
        assertEquals(Philox.word(seed, 0, 0, 6, 0, 1), Philox.bits(seed, 6, 1));
    }

    @Test
    void uniformDrawsAreTheTop24Bits() {
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            float x = Philox.uniform(1, 2, i);
            assertEquals((Philox.bits(1, 2, i) >>> 8) / 16777216.0, x);
            sum += x;
        }
        assertEquals(0.5, sum / 10_000, 0.015); // five standard errors
    }

    @Test
    void boundedDrawsCoverTheirRangeEvenly() {
        int[] counts = new int[9];
        for (int i = 0; i < 9000; i++) {
            counts[Philox.below(9, 5, 6, i)]++;
        }
        for (int count : counts) {
            assertEquals(1000, count, 150); // five standard deviations
        }
        assertEquals(0, Philox.below(1, 5, 6, 7));
    }

    @Test
    void gaussianDrawsHaveMeanZeroAndVarianceOne() {
        int n = 20_000;
        double sum = 0;
        double squares = 0;
        double fourths = 0;
        for (int i = 0; i < n; i++) {
            double x = Philox.gaussian(3, 4, i);
            assertTrue(Double.isFinite(x), () -> "draw is " + x);
            sum += x;
            squares += x * x;
            fourths += x * x * x * x;
        }
        assertEquals(0, sum / n, 5 / Math.sqrt(n));
        assertEquals(1, squares / n, 5 * Math.sqrt(2.0 / n));
        assertEquals(3, fourths / n, 5 * Math.sqrt(96.0 / n));
    }

    @Test
    void seedsStreamsAndIndicesGiveDifferentDraws() {
        long draw = Philox.derive(1, 2, 3);
        assertEquals(draw, Philox.derive(1, 2, 3));
        assertNotEquals(draw, Philox.derive(2, 2, 3));
        assertNotEquals(draw, Philox.derive(1L << 32 | 1, 2, 3));
        assertNotEquals(draw, Philox.derive(1, 3, 3));
        assertNotEquals(draw, Philox.derive(1, 2, 4));
    }
}
