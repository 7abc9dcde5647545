package imagespace.backend;

import static imagespace.backend.TestData.dot;
import static imagespace.backend.TestData.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.ConvShape.Padding;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/** The reference itself: small cases done by hand, and gradients by central differences in float64. */
class ReferenceTest {
    private static final double STEP = 1e-5;

    /** Compares a gradient with central differences of the loss at every value. */
    private static void checkGradient(String what, double[] gradient, double[] at, ToDoubleFunction<double[]> loss) {
        double[] differences = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            double[] moved = at.clone();
            moved[i] = at[i] + STEP;
            double above = loss.applyAsDouble(moved);
            moved[i] = at[i] - STEP;
            differences[i] = (above - loss.applyAsDouble(moved)) / (2 * STEP);
        }
        double error = TestData.relativeError(gradient, differences);
        assertTrue(error < 1e-7, () -> what + ": error " + error + "; " + TestData.worst(gradient, differences));
    }

    @Test
    void convolutionByHand() {
        // A row of three pixels, a 2x2 kernel: SAME pads one column right and one row below.
        ConvShape shape = ConvShape.of(1, 3, 1, 1, 2, 1, Padding.SAME);
        double[] in = {1, 2, 3};
        double[] weights = {10, 1, 100, 100};
        double[] out = ReferenceOperators.convForward(in, weights, new double[] {-25}, Activation.LEAKY_RELU, shape, 1);
        assertArrayEquals(new double[] {-13 * (double) 0.2f, -2 * (double) 0.2f, 5}, out, 1e-12);
    }

    @Test
    void convolutionGradients() {
        for (Padding padding : Padding.values()) {
            for (int kernel = 1; kernel <= 3; kernel++) {
                for (int stride = 1; stride <= 3; stride++) {
                    ConvShape s = ConvShape.of(4, 5, 2, 3, kernel, stride, padding);
                    int n = 2;
                    double[] in = uniform(1, n * s.inputSize());
                    double[] w = uniform(2, s.weightSize());
                    double[] b = uniform(3, s.outChannels());
                    double[] r = uniform(4, n * s.outputSize());
                    Activation leaky = Activation.LEAKY_RELU;
                    double[] out = ReferenceOperators.convForward(in, w, b, leaky, s, n);
                    double[] d = ReferenceOperators.activationBackward(r, out, leaky);
                    checkGradient(
                            "data " + s,
                            ReferenceOperators.convBackwardData(d, w, s, n),
                            in,
                            x -> dot(r, ReferenceOperators.convForward(x, w, b, leaky, s, n)));
                    checkGradient(
                            "weights " + s,
                            ReferenceOperators.convBackwardWeights(d, in, s, n),
                            w,
                            x -> dot(r, ReferenceOperators.convForward(in, x, b, leaky, s, n)));
                    checkGradient(
                            "bias " + s,
                            ReferenceOperators.columnSums(d, s.outChannels()),
                            b,
                            x -> dot(r, ReferenceOperators.convForward(in, w, x, leaky, s, n)));
                }
            }
        }
    }

    @Test
    void denseGradients() {
        double[] in = uniform(1, 3 * 5);
        double[] w = uniform(2, 5 * 4);
        double[] b = uniform(3, 4);
        double[] r = uniform(4, 3 * 4);
        Activation relu = Activation.RELU;
        double[] d = ReferenceOperators.activationBackward(
                r, ReferenceOperators.denseForward(in, w, b, relu, 5, 4, 3), relu);
        checkGradient(
                "data",
                ReferenceOperators.denseBackwardData(d, w, 5, 4, 3),
                in,
                x -> dot(r, ReferenceOperators.denseForward(x, w, b, relu, 5, 4, 3)));
        checkGradient(
                "weights",
                ReferenceOperators.denseBackwardWeights(d, in, 5, 4, 3),
                w,
                x -> dot(r, ReferenceOperators.denseForward(in, x, b, relu, 5, 4, 3)));
        checkGradient(
                "bias",
                ReferenceOperators.columnSums(d, 4),
                b,
                x -> dot(r, ReferenceOperators.denseForward(in, w, x, relu, 5, 4, 3)));
    }

    @Test
    void poolingGradients() {
        for (int stride = 1; stride <= 3; stride++) {
            PoolShape s = new PoolShape(5, 6, 2, 2, stride);
            double[] in = uniform(1, 2 * s.inputSize());
            double[] r = uniform(2, 2 * s.outputSize());
            checkGradient(
                    "maximum " + s,
                    ReferenceOperators.maxPoolBackward(r, in, s, 2),
                    in,
                    x -> dot(r, ReferenceOperators.maxPoolForward(x, s, 2)));
            checkGradient(
                    "mean " + s,
                    ReferenceOperators.averagePoolBackward(r, s, 2),
                    in,
                    x -> dot(r, ReferenceOperators.averagePoolForward(x, s, 2)));
        }
    }

    @Test
    void theFirstOfEqualMaximaTakesTheGradient() {
        PoolShape s = new PoolShape(2, 2, 1, 2, 2);
        double[] dIn = ReferenceOperators.maxPoolBackward(new double[] {3}, new double[] {0, 1, 1, 1}, s, 1);
        assertArrayEquals(new double[] {0, 3, 0, 0}, dIn);
    }

    @Test
    void crossEntropyByHandAndItsGradient() {
        double[] even = {0, 0, 0, 0};
        ReferenceTraining.Loss loss = ReferenceTraining.crossEntropy(even, new int[] {3}, new double[] {2}, 0, 4);
        assertEquals(2 * Math.log(4), loss.loss(), 1e-12);
        assertArrayEquals(new double[] {0.25, 0.25, 0.25, -0.75}, loss.dLogits(), 1e-12);

        double[] logits = uniform(1, 3 * 5);
        int[] labels = {0, 4, 2};
        double[] weights = {1, 0, 2.5};
        for (double smoothing : new double[] {0, 0.1}) {
            double[] d = ReferenceTraining.crossEntropy(logits, labels, weights, smoothing, 5)
                    .dLogits();
            checkGradient(
                    "logits, smoothing " + smoothing,
                    d,
                    logits,
                    x -> ReferenceTraining.crossEntropy(x, labels, weights, smoothing, 5)
                            .mean());
        }
    }

    @Test
    void adamsFirstStepGoesByItsRateAgainstTheSign() {
        double[] parameters = {1, 1, 1};
        ReferenceTraining.adam(
                parameters, new double[] {5, -0.01, 0}, new double[3], new double[3], 0.1, 0.9, 0.999, 1e-12, 1);
        assertArrayEquals(new double[] {0.9, 1.1, 1}, parameters, 1e-9);
    }

    @Test
    void shiftsReflectWithoutRepeatingTheEdge() {
        // One row of four pixels under all shifts: position 0, 1, 2, ... of an epoch, without flips.
        byte[] pixels = {0, 51, 102, (byte) 153};
        for (int position = 0; position < 40; position++) {
            int shift = Philox.below(7, 9, RandomStream.AUGMENT, 3L * position + 2) - 3;
            int[] ids = new int[position + 1];
            Augmentation augmentation = new Augmentation(false, 3);
            double[] out = ReferenceTraining.assemble(row(pixels), 4, 4, 1, ids, position, augmentation, 0, 9, 1);
            int[] mirrored = {3, 2, 1, 0, 1, 2, 3, 2, 1, 0};
            for (int column = 0; column < 4; column++) {
                assertEquals(mirrored[column + shift + 3] / 5.0, out[column], 1e-12);
            }
        }
    }

    /** An image of four equal rows. */
    private static byte[] row(byte[] pixels) {
        byte[] image = new byte[16];
        for (int i = 0; i < image.length; i++) {
            image[i] = pixels[i % 4];
        }
        return image;
    }
}
