package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import jdk.incubator.vector.FloatVector;

/**
 * The one-dimensional transforms of F(2x2, 3x3), and F(3x3, 2x2), with the points 0, 1, -1 and infinity (Winograd 1980;
 * Lavin and Gray 2016):
 *
 * <pre>
 *       1  0 -1  0          1   0   0
 * B^T = 0  1  1  0     G = 1/2 1/2 1/2     A^T = 1  1  1  0
 *       0 -1  1  0         1/2 -1/2 1/2          0  1 -1 -1
 *       0  1  0 -1          0   0   1
 * </pre>
 *
 * For F(3x3, 2x2) B^T is the same, G has the rows (1 0), (1/2 1/2), (1/2 -1/2), (0 1), and A^T a third row (0 1 1 -1).
 *
 * <p>Halving is exact, so that next to F(4x4, 3x3) nothing is lost but by sums: 16 products for four outputs in place of 36.
 */
final class FourPointTransform implements MinimalFiltering {
    private static final int TILE = 2;
    private static final int POINTS = 4;

    @Override
    public int tile() {
        return TILE;
    }

    @Override
    public int points() {
        return POINTS;
    }

    @Override
    public void input(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector d0 = FloatVector.fromArray(F, from, at);
            FloatVector d1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector d2 = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector d3 = FloatVector.fromArray(F, from, at + 3 * stride);
            d0.sub(d2).intoArray(to, toAt);
            d1.add(d2).intoArray(to, toAt + toStride);
            d2.sub(d1).intoArray(to, toAt + 2 * toStride);
            d1.sub(d3).intoArray(to, toAt + 3 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    @Override
    public void filter(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector g0 = FloatVector.fromArray(F, from, at);
            FloatVector g1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector g2 = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector outer = g0.add(g2);
            g0.intoArray(to, toAt);
            outer.add(g1).mul(0.5f).intoArray(to, toAt + toStride);
            outer.sub(g1).mul(0.5f).intoArray(to, toAt + 2 * toStride);
            g2.intoArray(to, toAt + 3 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    @Override
    public void output(
            float[] m, int at, int stride, float[] biases, int biasAt, float slope, float[] to, int toAt, int row, int pixel) {
        WinogradTiles.output2(m, at, stride, biases, biasAt, slope, to, toAt, row, pixel);
    }

    @Override
    public void gradient(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector g0 = FloatVector.fromArray(F, from, at);
            FloatVector g1 = FloatVector.fromArray(F, from, at + stride);
            g0.intoArray(to, toAt);
            g0.add(g1).mul(0.5f).intoArray(to, toAt + toStride);
            g0.sub(g1).mul(0.5f).intoArray(to, toAt + 2 * toStride);
            g1.intoArray(to, toAt + 3 * toStride);
            at += step;
            toAt += toStep;
        }
    }

    @Override
    public void sums(
            float[] from, int at, int step, int stride, float[] to, int toAt, int toStep, int toStride, int count) {
        for (int j = 0; j < count; j++) {
            FloatVector m1 = FloatVector.fromArray(F, from, at + stride);
            FloatVector m2 = FloatVector.fromArray(F, from, at + 2 * stride);
            FloatVector sum = m1.add(m2);
            FloatVector.fromArray(F, from, at).add(sum).intoArray(to, toAt);
            m1.sub(m2).intoArray(to, toAt + toStride);
            sum.sub(FloatVector.fromArray(F, from, at + 3 * stride)).intoArray(to, toAt + 2 * toStride);
            at += step;
            toAt += toStep;
        }
    }
}
