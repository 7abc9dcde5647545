package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The one-dimensional transforms of Winograd's minimal filtering with six points, vectorised across channels.
 *
 * <p>Multiplying polynomials by their values at points p = 0, +-a, +-b and infinity gives four outputs of a 3-tap
 * filter from six products instead of twelve, and in two dimensions 4x4 outputs of a 3x3 filter from 36 instead of 144
 * (Winograd 1980; Lavin and Gray, "Fast algorithms for convolutional neural networks", CVPR 2016). The textbook points
 * 1 and 2 lose digits; a = sqrt(1/2), b = sqrt(2) halve the error at the same cost, as a b = 1 keeps all
 * constants near 1.
 *
 * <p>With M(x) = x (x^2 - a^2) (x^2 - b^2) = x^5 - 2.5 x^3 + x:
 *
 * <ul>
 *   <li>{@link #input}, B^T: row p holds the coefficients of M(x) / (x - p), row infinity those of M(x);
 *   <li>{@link #filter}, G: row p is (1, p, p^2) / N(p), with N(p) = M'(p): N(0) = 1, N(+-a) = -1.5, N(+-b) = 6;
 *   <li>{@link WinogradTiles#output4}, A^T: column p is (1, p, p^2, p^3); infinity adds to the last row only.
 * </ul>
 *
 * The weight gradient is the same with a filter of four taps and three outputs; B^T does not change.
 *
 * <p>Each method holds one transform in a loop of its own and is, on purpose, longer than the 325 bytes of bytecode that
 * C2 inlines: compiled by itself it runs in registers, inlined with others it exhausts C2's budget, and the vectors that
 * are left over are boxed. A test holds the sizes.
 */
final class WinogradTransform {
    /** Points in one dimension. */
    static final int POINTS = 6;
    /** Outputs of a tile in one dimension. */
    static final int TILE = 4;

    static final float A = (float) Math.sqrt(0.5);
    static final float B = (float) Math.sqrt(2);
    static final float A3 = 0.5f * A;
    static final float B3 = 2 * B;
    static final float TO_A = (float) (-1 / 1.5);
    static final float TO_B = (float) (1 / 6.0);

    private WinogradTransform() {}

    /**
     * B^T, {@code count} times: six values, {@code stride} apart, to six, {@code toStride} apart; the next six lie
     * {@code step} and {@code toStep} further on.
     */
    static void input(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        FloatVector a = FloatVector.broadcast(F, A);
        FloatVector minusA = FloatVector.broadcast(F, -A);
        FloatVector b = FloatVector.broadcast(F, B);
        FloatVector minusB = FloatVector.broadcast(F, -B);
        FloatVector minus2 = FloatVector.broadcast(F, -2);
        FloatVector minusHalf = FloatVector.broadcast(F, -0.5f);
        FloatVector minus5Halves = FloatVector.broadcast(F, -2.5f);
        for (int j = 0; j < count; j++) {
            FloatVector d0 = FloatVector.fromArray(F, from, at);
            FloatVector d1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector d2 = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector d3 = FloatVector.fromArray(F, from, at + 3 * stride);
            FloatVector d4 = FloatVector.fromArray(F, from, at + 4 * stride);
            FloatVector d5 = FloatVector.fromArray(F, from, at + 5 * stride);
            d2.fma(minus5Halves, d4).add(d0).intoArray(to, toAt);
            d3.fma(minus5Halves, d1).add(d5).intoArray(to, toAt + 5 * toStride);
            FloatVector evenA = d2.fma(minus2, d4);
            FloatVector oddA = d1.fma(minus2, d3);
            oddA.fma(a, evenA).intoArray(to, toAt + toStride);
            oddA.fma(minusA, evenA).intoArray(to, toAt + 2 * toStride);
            FloatVector evenB = d2.fma(minusHalf, d4);
            FloatVector oddB = d1.fma(minusHalf, d3);
            oddB.fma(b, evenB).intoArray(to, toAt + 3 * toStride);
            oddB.fma(minusB, evenB).intoArray(to, toAt + 4 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    /** G, {@code count} times: three or four taps to six values, laid out as in {@link #input}. */
    static void filter(
            int taps,
            float[] from,
            int at,
            int step,
            int stride,
            float[] to,
            int toAt,
            int toStep,
            int toStride,
            int count) {
        FloatVector half = FloatVector.broadcast(F, 0.5f);
        FloatVector two = FloatVector.broadcast(F, 2);
        FloatVector a = FloatVector.broadcast(F, TO_A * A);
        FloatVector minusA = FloatVector.broadcast(F, -TO_A * A);
        FloatVector b = FloatVector.broadcast(F, TO_B * B);
        FloatVector minusB = FloatVector.broadcast(F, -TO_B * B);
        for (int j = 0; j < count; j++) {
            FloatVector g0 = FloatVector.fromArray(F, from, at);
            FloatVector g1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector g2 = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector g3 = FloatVector.zero(F);
            FloatVector last = g2;
            if (taps == 4) {
                g3 = FloatVector.fromArray(F, from, at + 3 * stride);
                last = g3;
            }
            g0.intoArray(to, toAt);
            last.intoArray(to, toAt + 5 * toStride);
            FloatVector evenA = g2.fma(half, g0).mul(TO_A);
            FloatVector oddA = g3.fma(half, g1);
            oddA.fma(a, evenA).intoArray(to, toAt + toStride);
            oddA.fma(minusA, evenA).intoArray(to, toAt + 2 * toStride);
            FloatVector evenB = g2.fma(two, g0).mul(TO_B);
            FloatVector oddB = g3.fma(two, g1);
            oddB.fma(b, evenB).intoArray(to, toAt + 3 * toStride);
            oddB.fma(minusB, evenB).intoArray(to, toAt + 4 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    /** A^T of the weight gradient, {@code count} times: six values to three, laid out as in {@link #input}. */
    static void sums(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        FloatVector half = FloatVector.broadcast(F, 0.5f);
        FloatVector two = FloatVector.broadcast(F, 2);
        FloatVector a = FloatVector.broadcast(F, A);
        FloatVector b = FloatVector.broadcast(F, B);
        for (int j = 0; j < count; j++) {
            FloatVector plusA = FloatVector.fromArray(F, from, at + stride);
            FloatVector minusA = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector plusB = FloatVector.fromArray(F, from, at + 3 * stride);
            FloatVector minusB = FloatVector.fromArray(F, from, at + 4 * stride);
            FloatVector last = FloatVector.fromArray(F, from, at + 5 * stride);
            FloatVector sumA = plusA.add(minusA);
            FloatVector sumB = plusB.add(minusB);
            FloatVector.fromArray(F, from, at).add(sumA).add(sumB).intoArray(to, toAt);
            plusA.sub(minusA).fma(a, plusB.sub(minusB).mul(b)).intoArray(to, toAt + toStride);
            sumA.fma(half, sumB.fma(two, last)).intoArray(to, toAt + 2 * toStride);
            at += step;
            toAt += toStep;
        }
    }
}
