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
 *
 * <p>Each method holds one transform in a loop of its own: C2 compiles it by itself then. Inlined into callers, a few of
 * them exhaust its inlining budget, and vectors that cross a call are boxed.
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

    /** Vectors of scratch memory for one tile's half-way state. */
    static float[] halfway() {
        return new float[POINTS * POINTS * LANES];
    }

    /** x * factor + y. */
    private static FloatVector fma(FloatVector x, float factor, FloatVector y) {
        return x.fma(FloatVector.broadcast(F, factor), y);
    }

    /**
     * B^T, {@code count} times: six values, {@code stride} apart, to six, {@code toStride} apart; the next six lie
     * {@code step} and {@code toStep} further on.
     */
    static void input(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector d1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector d2 = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector d3 = FloatVector.fromArray(F, from, at + 3 * stride);
            FloatVector d4 = FloatVector.fromArray(F, from, at + 4 * stride);
            fma(d2, -2.5f, d4).add(FloatVector.fromArray(F, from, at)).intoArray(to, toAt);
            fma(d3, -2.5f, d1).add(FloatVector.fromArray(F, from, at + 5 * stride)).intoArray(to, toAt + 5 * toStride);
            FloatVector even = fma(d2, -2, d4);
            FloatVector odd = fma(d1, -2, d3);
            fma(odd, A, even).intoArray(to, toAt + toStride);
            fma(odd, -A, even).intoArray(to, toAt + 2 * toStride);
            even = fma(d2, -0.5f, d4);
            odd = fma(d1, -0.5f, d3);
            fma(odd, B, even).intoArray(to, toAt + 3 * toStride);
            fma(odd, -B, even).intoArray(to, toAt + 4 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    /** G, {@code count} times: three taps to six values, laid out as in {@link #input}. */
    static void filter(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector g0 = FloatVector.fromArray(F, from, at);
            FloatVector g1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector g2 = FloatVector.fromArray(F, from, at + 2 * stride);
            g0.intoArray(to, toAt);
            g2.intoArray(to, toAt + 5 * toStride);
            FloatVector even = fma(g2, 0.5f, g0).mul(TO_A);
            fma(g1, TO_A * A, even).intoArray(to, toAt + toStride);
            fma(g1, -TO_A * A, even).intoArray(to, toAt + 2 * toStride);
            even = fma(g2, 2, g0).mul(TO_B);
            fma(g1, TO_B * B, even).intoArray(to, toAt + 3 * toStride);
            fma(g1, -TO_B * B, even).intoArray(to, toAt + 4 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    /** G of a filter of four taps, {@code count} times, laid out as in {@link #input}: for the weight gradient. */
    static void filter4(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector g0 = FloatVector.fromArray(F, from, at);
            FloatVector g1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector g2 = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector g3 = FloatVector.fromArray(F, from, at + 3 * stride);
            g0.intoArray(to, toAt);
            g3.intoArray(to, toAt + 5 * toStride);
            FloatVector even = fma(g2, 0.5f, g0).mul(TO_A);
            FloatVector odd = fma(g3, 0.5f, g1);
            fma(odd, TO_A * A, even).intoArray(to, toAt + toStride);
            fma(odd, -TO_A * A, even).intoArray(to, toAt + 2 * toStride);
            even = fma(g2, 2, g0).mul(TO_B);
            odd = fma(g3, 2, g1);
            fma(odd, TO_B * B, even).intoArray(to, toAt + 3 * toStride);
            fma(odd, -TO_B * B, even).intoArray(to, toAt + 4 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    /** A^T, {@code count} times: six values to four, laid out as in {@link #input}. */
    static void output(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector plus = FloatVector.fromArray(F, from, at + stride);
            FloatVector minus = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector sumA = plus.add(minus);
            FloatVector difA = plus.sub(minus);
            plus = FloatVector.fromArray(F, from, at + 3 * stride);
            minus = FloatVector.fromArray(F, from, at + 4 * stride);
            FloatVector sumB = plus.add(minus);
            FloatVector difB = plus.sub(minus);
            FloatVector.fromArray(F, from, at).add(sumA).add(sumB).intoArray(to, toAt);
            fma(difA, A, difB.mul(B)).intoArray(to, toAt + toStride);
            fma(sumA, 0.5f, sumB.mul(2)).intoArray(to, toAt + 2 * toStride);
            fma(difA, A3, fma(difB, B3, FloatVector.fromArray(F, from, at + 5 * stride)))
                    .intoArray(to, toAt + 3 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    /** A^T with three outputs, {@code count} times, laid out as in {@link #input}: for the weight gradient. */
    static void output3(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector plus = FloatVector.fromArray(F, from, at + stride);
            FloatVector minus = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector sumA = plus.add(minus);
            FloatVector difA = plus.sub(minus);
            plus = FloatVector.fromArray(F, from, at + 3 * stride);
            minus = FloatVector.fromArray(F, from, at + 4 * stride);
            FloatVector sumB = plus.add(minus);
            FloatVector difB = plus.sub(minus);
            FloatVector.fromArray(F, from, at).add(sumA).add(sumB).intoArray(to, toAt);
            fma(difA, A, difB.mul(B)).intoArray(to, toAt + toStride);
            fma(sumA, 0.5f, fma(sumB, 2, FloatVector.fromArray(F, from, at + 5 * stride)))
                    .intoArray(to, toAt + 2 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    /**
     * The last transform of a tile: A^T along each of {@code rows} rows of six vectors, plus bias, through the
     * activation, to the first {@code columns} of four pixels, {@code pixel} apart, rows {@code row} apart.
     */
    static void outputRows(
            float[] from, float[] bias, int biasAt, float slope, float[] to, int toAt, int row, int pixel, int rows,
            int columns) {
        FloatVector b = FloatVector.fromArray(F, bias, biasAt);
        FloatVector factor = FloatVector.broadcast(F, slope);
        for (int i = 0; i < rows; i++) {
            int at = i * POINTS * LANES;
            FloatVector plus = FloatVector.fromArray(F, from, at + LANES);
            FloatVector minus = FloatVector.fromArray(F, from, at + 2 * LANES);
            FloatVector sumA = plus.add(minus);
            FloatVector difA = plus.sub(minus);
            plus = FloatVector.fromArray(F, from, at + 3 * LANES);
            minus = FloatVector.fromArray(F, from, at + 4 * LANES);
            FloatVector sumB = plus.add(minus);
            FloatVector difB = plus.sub(minus);
            FloatVector y = FloatVector.fromArray(F, from, at).add(sumA).add(sumB).add(b);
            y.blend(y.mul(factor), y.compare(VectorOperators.LE, 0)).intoArray(to, toAt);
            if (columns > 1) {
                y = fma(difA, A, fma(difB, B, b));
                y.blend(y.mul(factor), y.compare(VectorOperators.LE, 0)).intoArray(to, toAt + pixel);
            }
            if (columns > 2) {
                y = fma(sumA, 0.5f, fma(sumB, 2, b));
                y.blend(y.mul(factor), y.compare(VectorOperators.LE, 0)).intoArray(to, toAt + 2 * pixel);
            }
            if (columns > 3) {
                y = fma(difA, A3, fma(difB, B3, FloatVector.fromArray(F, from, at + 5 * LANES).add(b)));
                y.blend(y.mul(factor), y.compare(VectorOperators.LE, 0)).intoArray(to, toAt + 3 * pixel);
            }
            toAt += row;
        }
    }
}
