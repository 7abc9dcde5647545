package imagespace.backend;

import static imagespace.backend.TestData.dot;
import static imagespace.backend.TestData.floats;
import static imagespace.backend.TestData.norm;
import static imagespace.backend.TestData.uniform;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.ConvShape.Padding;
import imagespace.backend.OperatorCase.Output;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;
import org.opentest4j.TestAbortedException;

/**
 * What holds for any geometry, any seed and any logits, on any backend. Random values are positive where sums of both
 * signs could cancel, so that a relative error means something.
 */
@AddLifecycleHook(BackendProperties.SkipWithoutBackend.class)
abstract class BackendProperties {
    private static final int COUNT = 20_000;

    /** The backend under test, open; throws TestAbortedException where there is none: all is reported as skipped. */
    protected abstract Backend backend();

    /** Skips a property without a backend; jqwik alone would take each of its tries for a rejected one, and fail. */
    static final class SkipWithoutBackend implements AroundPropertyHook {
        @Override
        public PropagationMode propagateTo() {
            return PropagationMode.ALL_DESCENDANTS;
        }

        @Override
        public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
            try {
                ((BackendProperties) context.testInstance()).backend();
            } catch (TestAbortedException missing) {
                return property.execute().mapToAborted(missing);
            }
            return property.execute();
        }
    }

    @Provide
    Arbitrary<ConvShape> convolutions() {
        Arbitrary<Integer> side = Arbitraries.integers().between(1, 12);
        // Any number of channels, and often whole cache lines; any kernel, and often 3x3 at stride 1: the shapes for
        // which a backend may have a faster algorithm.
        Arbitrary<Integer> channels =
                Arbitraries.oneOf(Arbitraries.integers().between(1, 40), Arbitraries.of(16, 32, 48));
        Arbitrary<Integer> kernel = Arbitraries.oneOf(Arbitraries.integers().between(1, 5), Arbitraries.just(3));
        Arbitrary<Integer> stride = Arbitraries.oneOf(Arbitraries.integers().between(1, 5), Arbitraries.just(1));
        Arbitrary<Padding> padding = Arbitraries.of(Padding.class);
        return Combinators.combine(side, side, channels, channels, kernel, stride, padding)
                .as((height, width, in, out, k, step, pad) -> {
                    int fitting = pad == Padding.VALID ? Math.min(k, Math.min(height, width)) : k;
                    return ConvShape.of(height, width, in, out, fitting, step, pad);
                });
    }

    @Property(tries = 60)
    void convolutionsOfAnyGeometryEqualTheReference(
            @ForAll("convolutions") ConvShape s, @ForAll @IntRange(min = 1, max = 5) int n, @ForAll boolean views) {
        double[] in = uniform(1, n * s.inputSize(), 0.1, 1);
        double[] weights = uniform(2, s.weightSize(), 0.1, 1);
        double[] bias = uniform(3, s.outChannels(), 0.1, 1);
        double[] dOut = uniform(4, n * s.outputSize(), 0.1, 1);
        ConvolutionCases.forward(" " + s, in, weights, bias, Activation.RELU, s, n)
                .check(backend(), views);
        ConvolutionCases.backwardData(" " + s, dOut, weights, s, n).check(backend(), views);
        ConvolutionCases.backwardWeights(" " + s, dOut, in, s, n).check(backend(), views);
    }

    /** Forward without bias is linear; back through data and through weights are its adjoints. */
    @Property(tries = 60)
    void forwardAndBackwardAreAdjoint(@ForAll("convolutions") ConvShape s, @ForAll @IntRange(min = 1, max = 5) int n) {
        Lab lab = new Lab(backend(), false);
        double[] x = uniform(1, n * s.inputSize());
        double[] w = uniform(2, s.weightSize());
        double[] y = uniform(3, n * s.outputSize());
        Tensor in = lab.given(x, n, s.height(), s.width(), s.inChannels());
        Tensor weights = lab.given(w, s.kernel(), s.kernel(), s.inChannels(), s.outChannels());
        Tensor bias = lab.given(new double[s.outChannels()], s.outChannels());
        Tensor dOut = lab.given(y, n, s.outHeight(), s.outWidth(), s.outChannels());
        Tensor out = lab.blank(n, s.outHeight(), s.outWidth(), s.outChannels());
        Tensor dIn = lab.blank(n, s.height(), s.width(), s.inChannels());
        Tensor dWeights = lab.blank(s.kernel(), s.kernel(), s.inChannels(), s.outChannels());
        backend().convForward(out, in, weights, bias, Activation.IDENTITY, s, n);
        backend().convBackwardData(dIn, dOut, weights, s, n);
        backend().convBackwardWeights(dWeights, dOut, in, s, n);
        double[] outValues = lab.values(out, n * s.outputSize());
        double product = dot(outValues, y);
        double tolerance = 1e-5 * norm(outValues) * norm(y);
        assertEquals(product, dot(x, lab.values(dIn, x.length)), tolerance, "data of " + s);
        assertEquals(product, dot(w, lab.values(dWeights, w.length)), tolerance, "weights of " + s);
    }

    @Provide
    Arbitrary<PoolShape> pools() {
        Arbitrary<Integer> side = Arbitraries.integers().between(1, 12);
        Arbitrary<Integer> channels = Arbitraries.integers().between(1, 40);
        Arbitrary<Integer> small = Arbitraries.integers().between(1, 5);
        return Combinators.combine(side, side, channels, small, small)
                .as((height, width, c, window, stride) ->
                        new PoolShape(height, width, c, Math.min(window, Math.min(height, width)), stride));
    }

    @Property(tries = 60)
    void poolsOfAnyGeometryEqualTheReference(
            @ForAll("pools") PoolShape s, @ForAll @IntRange(min = 1, max = 5) int n, @ForAll boolean views) {
        PoolingCases.of(s, n).forEach(c -> c.check(backend(), views));
    }

    @Property(tries = 60)
    void dropoutDropsItsShareAndScalesTheRest(@ForAll @FloatRange(min = 0, max = 0.95f) float rate, @ForAll long seed) {
        Lab lab = new Lab(backend(), false);
        Tensor out = lab.blank(COUNT);
        Tensor mask = lab.blank(COUNT);
        double[] in = uniform(1, COUNT, 1, 2);
        backend().dropoutForward(out, mask, lab.given(in, COUNT), rate, seed, COUNT);
        double[] factors = lab.values(mask, COUNT);
        double[] values = lab.values(out, COUNT);
        int dropped = 0;
        for (int i = 0; i < COUNT; i++) {
            dropped += factors[i] == 0 ? 1 : 0;
            double expected = factors[i] == 0 ? 0 : 1 / (1 - (double) rate);
            assertEquals(expected, factors[i], 1e-6 * expected, "mask " + i + " at rate " + rate);
            assertEquals(in[i] * factors[i], values[i], 1e-6 * in[i] * expected, "value " + i + " at rate " + rate);
        }
        // Six standard deviations, and some values more, for rates so small that hardly any is dropped.
        double deviation = Math.sqrt(COUNT * rate * (1 - rate));
        assertEquals(COUNT * rate, dropped, 6 * deviation + 10, "values dropped of " + COUNT + ", seed " + seed);
    }

    @Property(tries = 60)
    void softmaxIsADistributionWhateverIsAddedToTheLogits(
            @ForAll @IntRange(min = 1, max = 40) int classes,
            @ForAll @IntRange(min = 1, max = 20) int n,
            @ForAll @FloatRange(min = 0, max = 1e4f) float scale,
            @ForAll @IntRange(min = -1000, max = 1000) int shift,
            @ForAll long seed) {
        double[] logits = uniform(seed, n * classes);
        double[] shifted = logits.clone();
        for (int i = 0; i < logits.length; i++) {
            // Multiples of 1/64 below 2^14: adding the shift is exact.
            logits[i] = Math.rint(logits[i] * scale * 64) / 64;
            shifted[i] = logits[i] + shift;
        }
        double[] p = softmax(logits, classes, n);
        for (int row = 0; row < n; row++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                double value = p[row * classes + c];
                assertTrue(value >= 0 && value <= 1 + 1e-6, () -> "a probability is " + value);
                sum += value;
            }
            assertEquals(1, sum, 1e-5, "sum of row " + row + " of " + n + "x" + classes);
        }
        double error = TestData.relativeError(softmax(shifted, classes, n), p);
        assertTrue(error < 1e-6, () -> "a shift by " + shift + " changes the probabilities by " + error);
    }

    private double[] softmax(double[] logits, int classes, int n) {
        Lab lab = new Lab(backend(), false);
        Tensor p = lab.blank(n, classes);
        backend().softmax(p, lab.given(logits, n, classes), classes, n);
        return lab.values(p, n * classes);
    }

    /** The loss does not change if all logits of a sample move together, so its gradient sums to 0. */
    @Property(tries = 60)
    void gradientsOfTheLossSumToZeroInEachRow(
            @ForAll @IntRange(min = 2, max = 40) int classes,
            @ForAll @IntRange(min = 1, max = 20) int n,
            @ForAll @FloatRange(min = 0, max = 1) float smoothing,
            @ForAll long seed) {
        Lab lab = new Lab(backend(), false);
        Tensor dLogits = lab.blank(n, classes);
        Tensor labels = backend().tensor(n);
        int[] classOf = TestData.labels(seed, classes, n);
        float[] labelValues = new float[n];
        for (int i = 0; i < n; i++) {
            labelValues[i] = classOf[i];
        }
        backend().write(labels, labelValues, n);
        Tensor weights = backend().tensor(n);
        backend().write(weights, floats(uniform(seed, n, 0.1, 2)), n);
        Tensor logits = lab.given(uniform(seed, n * classes, -10, 10), n, classes);
        Tensor p = backend().tensor(n, classes);
        backend().softmaxCrossEntropy(dLogits, p, backend().tensor(3), logits, labels, weights, smoothing, classes, n);
        double[] d = lab.values(dLogits, n * classes);
        for (int row = 0; row < n; row++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += d[row * classes + c];
            }
            assertEquals(0, sum, 1e-6, "sum of row " + row + " of " + n + "x" + classes);
        }
    }

    @Property(tries = 60)
    void batchesOfAnyImagesEqualTheReference(
            @ForAll @IntRange(min = 2, max = 12) int height,
            @ForAll @IntRange(min = 2, max = 12) int width,
            @ForAll @IntRange(min = 1, max = 5) int channels,
            @ForAll @IntRange(min = 0, max = 11) int pad,
            @ForAll boolean flip,
            @ForAll long noiseSeed,
            @ForAll long augmentSeed) {
        int n = 10;
        int count = 4;
        Augmentation augmentation = new Augmentation(flip, Math.min(pad, Math.min(height, width) - 1));
        byte[] pixels = TestData.bytes(augmentSeed, count * height * width * channels);
        int[] ids = {0, 1, -1, 3, -7, 2, 2, -2, 0, 3};
        double[] expected = ReferenceTraining.assemble(
                pixels, height, width, channels, ids, 0, augmentation, noiseSeed, augmentSeed, n);
        String name = "assemble " + height + "x" + width + "x" + channels + ", " + augmentation;
        new OperatorCase(name, 1e-7, lab -> {
                    Tensor out = lab.roomyBlank(n, height, width, channels);
                    Backend.Pixels uploaded = backend().upload(pixels, height, width, channels);
                    backend().assemble(out, uploaded, ids, 0, augmentation, noiseSeed, augmentSeed, n);
                    return List.of(new Output("out", out, () -> expected));
                })
                .check(backend(), false);
    }
}
