package imagespace.backend.cpu;

import imagespace.backend.Philox;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Many draws of {@link Philox} at once, one block of 128 bits a vector lane.
 *
 * <p>A lane of 64 bits holds one 32-bit word, so that a product's high and low half are a shift and a mask away.
 */
final class PhiloxVectors {
    private static final VectorSpecies<Long> WORDS = LongVector.SPECIES_PREFERRED;
    private static final VectorShuffle<Long> FIRST_PAIRS = VectorShuffle.makeZip(WORDS, 0);
    private static final VectorShuffle<Long> SECOND_PAIRS = VectorShuffle.makeZip(WORDS, 1);
    private static final long LOW = 0xFFFFFFFFL;
    /** 0, 1, 2, ...: the lanes' blocks. */
    private static final long[] LANE = new long[WORDS.length()];

    /** Bytes of a block. */
    static final int BLOCK = 16;
    /** Bytes that are made at a time: the blocks of all lanes. */
    static final int STEP = BLOCK * WORDS.length();

    static {
        for (int i = 0; i < LANE.length; i++) {
            LANE[i] = i;
        }
    }

    private PhiloxVectors() {}

    /**
     * STEP bytes: draw after draw, the low byte of each first.
     *
     * @param block the first; it begins with draw {@code 4 * block}
     */
    static void draw(byte[] to, int at, long seed, int stream, long block) {
        LongVector counter = LongVector.fromArray(WORDS, LANE, 0).add(block);
        LongVector c0 = counter.and(LOW);
        LongVector c1 = high(counter);
        LongVector c2 = LongVector.broadcast(WORDS, stream);
        LongVector c3 = LongVector.zero(WORDS);
        int key0 = (int) seed;
        int key1 = (int) (seed >>> 32);
        for (int round = 0; round < Philox.ROUNDS; round++) {
            LongVector product0 = c0.mul(Philox.MULTIPLIER_0);
            LongVector product1 = c2.mul(Philox.MULTIPLIER_1);
            c0 = high(product1).lanewise(VectorOperators.XOR, c1).lanewise(VectorOperators.XOR, key0 & LOW);
            c1 = product1.and(LOW);
            c2 = high(product0).lanewise(VectorOperators.XOR, c3).lanewise(VectorOperators.XOR, key1 & LOW);
            c3 = product0.and(LOW);
            key0 += Philox.WEYL_0;
            key1 += Philox.WEYL_1;
        }
        LongVector first = c0.or(c1.lanewise(VectorOperators.LSHL, 32));
        LongVector second = c2.or(c3.lanewise(VectorOperators.LSHL, 32));
        first.rearrange(FIRST_PAIRS, second).reinterpretAsBytes().intoArray(to, at);
        first.rearrange(SECOND_PAIRS, second).reinterpretAsBytes().intoArray(to, at + STEP / 2);
    }

    private static LongVector high(LongVector product) {
        return product.lanewise(VectorOperators.LSHR, 32);
    }
}
