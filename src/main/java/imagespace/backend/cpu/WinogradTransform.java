package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

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
 *   <li>{@link #output}, A^T: column p is (1, p, p^2, p^3); infinity adds to the last row only.
 * </ul>
 *
 * The weight gradient is the same with a filter of four taps and three outputs; B^T does not change.
 */
final class WinogradTransform {
    /** Points in one dimension. */
    static final int POINTS = 6;
    /** Outputs of a tile in one dimension. */
    static final int TILE = 4;

    static final float A = (float) Math.sqrt(0.5);
    static final float B = (float) Math.sqrt(2);
    private static final float A3 = 0.5f * A;
    private static final float B3 = 2 * B;
    private static final float TO_A = (float) (-1 / 1.5);
    private static final float TO_B = (float) (1 / 6.0);

    /** B^T as a table, for those who need a single row of it. */
    static final float[][] INPUT = {
        {1, 0, -2.5f, 0, 1, 0},
        {0, -2 * A, -2, A, 1, 0},
        {0, 2 * A, -2, -A, 1, 0},
        {0, -0.5f * B, -0.5f, B, 1, 0},
        {0, 0.5f * B, -0.5f, -B, 1, 0},
        {0, 1, 0, -2.5f, 0, 1},
    };

    /** G of a filter of four taps, as a table. */
    static final float[][] FILTER4 = {
        {1, 0, 0, 0},
        {TO_A, TO_A * A, TO_A * 0.5f, TO_A * A3},
        {TO_A, -TO_A * A, TO_A * 0.5f, -TO_A * A3},
        {TO_B, TO_B * B, TO_B * 2, TO_B * B3},
        {TO_B, -TO_B * B, TO_B * 2, -TO_B * B3},
        {0, 0, 0, 1},
    };

    private WinogradTransform() {}

    /** B^T: six values, {@code stride} apart, to six, {@code toStride} apart. */
    static void input(float[] from, int at, int stride, float[] to, int toAt, int toStride) {
        FloatVector d0 = FloatVector.fromArray(F, from, at);
        FloatVector d1 = FloatVector.fromArray(F, from, at + stride);
        FloatVector d2 = FloatVector.fromArray(F, from, at + 2 * stride);
        FloatVector d3 = FloatVector.fromArray(F, from, at + 3 * stride);
        FloatVector d4 = FloatVector.fromArray(F, from, at + 4 * stride);
        FloatVector d5 = FloatVector.fromArray(F, from, at + 5 * stride);
        input(d0, d1, d2, d3, d4, d5, to, toAt, toStride);
    }

    /** B^T of six vectors. */
    static void input(
            FloatVector d0,
            FloatVector d1,
            FloatVector d2,
            FloatVector d3,
            FloatVector d4,
            FloatVector d5,
            float[] to,
            int toAt,
            int toStride) {
        FloatVector evenA = fma(d2, -2, d4);
        FloatVector oddA = fma(d1, -2, d3).mul(A);
        FloatVector evenB = fma(d2, -0.5f, d4);
        FloatVector oddB = fma(d1, -0.5f, d3).mul(B);
        fma(d2, -2.5f, d0).add(d4).intoArray(to, toAt);
        evenA.add(oddA).intoArray(to, toAt + toStride);
        evenA.sub(oddA).intoArray(to, toAt + 2 * toStride);
        evenB.add(oddB).intoArray(to, toAt + 3 * toStride);
        evenB.sub(oddB).intoArray(to, toAt + 4 * toStride);
        fma(d3, -2.5f, d1).add(d5).intoArray(to, toAt + 5 * toStride);
    }

    /** G: three taps, {@code stride} apart, to six values, {@code toStride} apart. */
    static void filter(float[] from, int at, int stride, float[] to, int toAt, int toStride) {
        FloatVector g0 = FloatVector.fromArray(F, from, at);
        FloatVector g1 = FloatVector.fromArray(F, from, at + stride);
        FloatVector g2 = FloatVector.fromArray(F, from, at + 2 * stride);
        FloatVector evenA = fma(g2, 0.5f, g0).mul(TO_A);
        FloatVector oddA = g1.mul(TO_A * A);
        FloatVector evenB = fma(g2, 2, g0).mul(TO_B);
        FloatVector oddB = g1.mul(TO_B * B);
        g0.intoArray(to, toAt);
        evenA.add(oddA).intoArray(to, toAt + toStride);
        evenA.sub(oddA).intoArray(to, toAt + 2 * toStride);
        evenB.add(oddB).intoArray(to, toAt + 3 * toStride);
        evenB.sub(oddB).intoArray(to, toAt + 4 * toStride);
        g2.intoArray(to, toAt + 5 * toStride);
    }

    /** G of four taps, {@code stride} apart, to six values, {@code toStride} apart: for the weight gradient. */
    static void filter4(float[] from, int at, int stride, float[] to, int toAt, int toStride) {
        FloatVector g0 = FloatVector.fromArray(F, from, at);
        FloatVector g1 = FloatVector.fromArray(F, from, at + stride);
        FloatVector g2 = FloatVector.fromArray(F, from, at + 2 * stride);
        FloatVector g3 = FloatVector.fromArray(F, from, at + 3 * stride);
        FloatVector evenA = fma(g2, 0.5f, g0).mul(TO_A);
        FloatVector oddA = fma(g3, 0.5f, g1).mul(TO_A * A);
        FloatVector evenB = fma(g2, 2, g0).mul(TO_B);
        FloatVector oddB = fma(g3, 2, g1).mul(TO_B * B);
        g0.intoArray(to, toAt);
        evenA.add(oddA).intoArray(to, toAt + toStride);
        evenA.sub(oddA).intoArray(to, toAt + 2 * toStride);
        evenB.add(oddB).intoArray(to, toAt + 3 * toStride);
        evenB.sub(oddB).intoArray(to, toAt + 4 * toStride);
        g3.intoArray(to, toAt + 5 * toStride);
    }

    /** A^T: six values, {@code stride} apart, to four outputs, {@code toStride} apart. */
    static void output(float[] from, int at, int stride, float[] to, int toAt, int toStride) {
        FloatVector sumA = sum(from, at + stride, stride);
        FloatVector difA = difference(from, at + stride, stride);
        FloatVector sumB = sum(from, at + 3 * stride, stride);
        FloatVector difB = difference(from, at + 3 * stride, stride);
        FloatVector.fromArray(F, from, at).add(sumA).add(sumB).intoArray(to, toAt);
        fma(difA, A, difB.mul(B)).intoArray(to, toAt + toStride);
        fma(sumA, 0.5f, sumB.mul(2)).intoArray(to, toAt + 2 * toStride);
        fma(difA, A3, fma(difB, B3, FloatVector.fromArray(F, from, at + 5 * stride)))
                .intoArray(to, toAt + 3 * toStride);
    }

    /** A^T along a row of six vectors, plus bias, through the activation, to the first {@code count} of four pixels. */
    static void outputRow(
            float[] from, int at, FloatVector bias, float slope, float[] to, int toAt, int toStride, int count) {
        FloatVector sumA = sum(from, at + LANES, LANES);
        FloatVector difA = difference(from, at + LANES, LANES);
        FloatVector sumB = sum(from, at + 3 * LANES, LANES);
        FloatVector difB = difference(from, at + 3 * LANES, LANES);
        activate(FloatVector.fromArray(F, from, at).add(sumA).add(sumB).add(bias), slope, to, toAt);
        if (count > 1) {
            activate(fma(difA, A, fma(difB, B, bias)), slope, to, toAt + toStride);
        }
        if (count > 2) {
            activate(fma(sumA, 0.5f, fma(sumB, 2, bias)), slope, to, toAt + 2 * toStride);
        }
        if (count > 3) {
            FloatVector last = FloatVector.fromArray(F, from, at + 5 * LANES).add(bias);
            activate(fma(difA, A3, fma(difB, B3, last)), slope, to, toAt + 3 * toStride);
        }
    }

    private static void activate(FloatVector x, float slope, float[] to, int at) {
        x.blend(x.mul(slope), x.compare(VectorOperators.LE, 0)).intoArray(to, at);
    }

    /** A^T with three outputs: for the weight gradient. */
    static void output3(float[] from, int at, int stride, float[] to, int toAt, int toStride) {
        FloatVector sumA = sum(from, at + stride, stride);
        FloatVector difA = difference(from, at + stride, stride);
        FloatVector sumB = sum(from, at + 3 * stride, stride);
        FloatVector difB = difference(from, at + 3 * stride, stride);
        FloatVector.fromArray(F, from, at).add(sumA).add(sumB).intoArray(to, toAt);
        fma(difA, A, difB.mul(B)).intoArray(to, toAt + toStride);
        fma(sumA, 0.5f, fma(sumB, 2, FloatVector.fromArray(F, from, at + 5 * stride)))
                .intoArray(to, toAt + 2 * toStride);
    }

    /** x * factor + y. */
    static FloatVector fma(FloatVector x, float factor, FloatVector y) {
        return x.fma(FloatVector.broadcast(F, factor), y);
    }

    private static FloatVector sum(float[] from, int at, int stride) {
        return FloatVector.fromArray(F, from, at).add(FloatVector.fromArray(F, from, at + stride));
    }

    private static FloatVector difference(float[] from, int at, int stride) {
        return FloatVector.fromArray(F, from, at).sub(FloatVector.fromArray(F, from, at + stride));
    }

    /** A copy of a vector, or zeros where {@code at} is negative (outside the image). */
    static FloatVector orZero(float[] from, int at) {
        return at < 0 ? FloatVector.zero(F) : FloatVector.fromArray(F, from, at);
    }

    /** Vectors of scratch memory for one tile's half-way state. */
    static float[] halfway() {
        return new float[POINTS * POINTS * LANES];
    }
}
