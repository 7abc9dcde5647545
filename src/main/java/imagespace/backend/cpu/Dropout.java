package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Dropout. The masks come from {@link Philox}, 16 bits a decision. */
final class Dropout {
    private static final int DECISIONS_A_BLOCK = PhiloxVectors.BLOCK / Short.BYTES;

    private final ThreadTeam team;
    /** A worker's own draws. */
    private final byte[][] draws;

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
        draws = new byte[team.threads()][PhiloxVectors.STEP];
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
        fill(from, to, draws[worker]);
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

    /** Sets mask values [from, to); {@code from} is a multiple of 64. */
    private void fill(int from, int to, byte[] draws) {
        int step = PhiloxVectors.STEP / Short.BYTES;
        int i = from;
        if (threshold < 1 << 16) { // else nothing is kept, and the comparison below would wrap
            for (; i <= to - step; i += step) {
                PhiloxVectors.draw(draws, 0, seed, RandomStream.DROPOUT, i / DECISIONS_A_BLOCK);
                for (int k = 0; k < step; k += 2 * LANES) {
                    decide(draws, k, mask.at + i + k);
                }
            }
        }
        for (; i < to; i++) {
            int bits = Philox.bits(seed, RandomStream.DROPOUT, i >> 1);
            int half = (i & 1) == 0 ? bits & 0xFFFF : bits >>> 16;
            mask.data[mask.at + i] = half < threshold ? 0 : keep;
        }
    }

    /** Two float vectors of the mask from one vector of 16-bit halves, the draws' from the {@code half} on. */
    private void decide(byte[] draws, int half, int at) {
        long kept = ByteVector.fromArray(ByteVector.SPECIES_PREFERRED, draws, half * Short.BYTES)
                .reinterpretAsShorts()
                .compare(VectorOperators.UGE, (short) threshold)
                .toLong();
        FloatVector zero = FloatVector.zero(F);
        zero.blend(keep, VectorMask.fromLong(F, kept)).intoArray(mask.data, at);
        zero.blend(keep, VectorMask.fromLong(F, kept >>> LANES)).intoArray(mask.data, at + LANES);
    }
}
