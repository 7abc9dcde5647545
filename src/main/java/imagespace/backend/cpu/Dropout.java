package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dropout. The masks come from {@link Philox}, one block of 128 bits a vector lane, 16 bits a decision.
 *
 * <p>A lane of 64 bits holds one 32-bit word, so that a product's high and low half are a shift and a mask away.
 */
final class Dropout {
    private static final VectorSpecies<Long> WORDS = LongVector.SPECIES_PREFERRED;
    private static final VectorShuffle<Long> FIRST_PAIRS = VectorShuffle.makeZip(WORDS, 0);
    private static final VectorShuffle<Long> SECOND_PAIRS = VectorShuffle.makeZip(WORDS, 1);
    private static final long LOW = 0xFFFFFFFFL;
    private static final int DECISIONS_A_BLOCK = 8;
    private static final int ROUNDS = 10;
    /** 0, 1, 2, ...: the lanes' blocks. */
    private static final long[] LANE = new long[WORDS.length()];

    static {
        for (int i = 0; i < LANE.length; i++) {
            LANE[i] = i;
        }
    }

    private final ThreadTeam team;
    private final ThreadTeam.Task forwardTask = this::forwardPiece;
    private final ThreadTeam.Task backwardTask = this::backwardPiece;

    // what the running call works on
    private CpuTensor out;
    private CpuTensor in;
    private CpuTensor mask;
    private int threshold;
    private float keep;
    private long seed;
    private int count;

    Dropout(ThreadTeam team) {
        this.team = team;
    }

    void forward(CpuTensor out, CpuTensor mask, CpuTensor in, float rate, long seed, int count) {
        this.out = out;
        this.mask = mask;
        this.in = in;
        this.seed = seed;
        this.count = count;
        threshold = (int) Math.ceil(rate * 65536.0);
        keep = 1 / (1 - rate);
        team.run(Simd.pieces(count), forwardTask);
    }

    void backward(CpuTensor dIn, CpuTensor dOut, CpuTensor mask, int count) {
        this.out = dIn;
        this.in = dOut;
        this.mask = mask;
        this.count = count;
        team.run(Simd.pieces(count), backwardTask);
    }

    private void forwardPiece(int task, int worker) {
        int from = task * Simd.PIECE;
        int to = Math.min(count, from + Simd.PIECE);
        fill(mask.data, mask.at, from, to, threshold, keep, seed);
        multiply(out, in, mask, from, to);
    }

    private void backwardPiece(int task, int worker) {
        int from = task * Simd.PIECE;
        multiply(out, in, mask, from, Math.min(count, from + Simd.PIECE));
    }

    private static void multiply(CpuTensor out, CpuTensor a, CpuTensor b, int from, int to) {
        int i = from;
        for (; i <= to - LANES; i += LANES) {
            FloatVector.fromArray(F, a.data, a.at + i)
                    .mul(FloatVector.fromArray(F, b.data, b.at + i))
                    .intoArray(out.data, out.at + i);
        }
        for (; i < to; i++) {
            out.data[out.at + i] = a.data[a.at + i] * b.data[b.at + i];
        }
    }

    /** Sets mask values [from, to) of a mask that starts at {@code at}; {@code from} is a multiple of 64. */
    private static void fill(float[] mask, int at, int from, int to, int threshold, float keep, long seed) {
        int step = DECISIONS_A_BLOCK * WORDS.length();
        int i = from;
        if (threshold < 1 << 16) { // else nothing is kept, and the comparison below would wrap
            for (; i <= to - step; i += step) {
                blocks(mask, at + i, i / DECISIONS_A_BLOCK, (short) threshold, keep, seed);
            }
        }
        for (; i < to; i++) {
            int bits = Philox.bits(seed, RandomStream.DROPOUT, i >> 1);
            int half = (i & 1) == 0 ? bits & 0xFFFF : bits >>> 16;
            mask[at + i] = half < threshold ? 0 : keep;
        }
    }

    /** The decisions of as many blocks as a vector has lanes. */
    private static void blocks(float[] mask, int at, int block, short threshold, float keep, long seed) {
        LongVector c0 = LongVector.fromArray(WORDS, LANE, 0).add(block);
        LongVector c1 = LongVector.zero(WORDS);
        LongVector c2 = LongVector.broadcast(WORDS, RandomStream.DROPOUT);
        LongVector c3 = LongVector.zero(WORDS);
        int key0 = (int) seed;
        int key1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
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
        decide(mask, at, first.rearrange(FIRST_PAIRS, second), threshold, keep);
        decide(mask, at + 2 * LANES, first.rearrange(SECOND_PAIRS, second), threshold, keep);
    }

    private static LongVector high(LongVector product) {
        return product.lanewise(VectorOperators.LSHR, 32);
    }

    /** Two float vectors of the mask from one vector of 16-bit halves. */
    private static void decide(float[] mask, int at, LongVector bits, short threshold, float keep) {
        long kept = bits.reinterpretAsShorts()
                .compare(VectorOperators.UGE, threshold)
                .toLong();
        FloatVector zero = FloatVector.zero(F);
        zero.blend(keep, VectorMask.fromLong(F, kept)).intoArray(mask, at);
        zero.blend(keep, VectorMask.fromLong(F, kept >>> LANES)).intoArray(mask, at + LANES);
    }
}
