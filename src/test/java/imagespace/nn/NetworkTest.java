package imagespace.nn;

import static imagespace.backend.TestData.floats;
import static imagespace.backend.TestData.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import imagespace.backend.Backend;
import imagespace.backend.Tensor;
import imagespace.backend.TestData;
import imagespace.backend.cpu.CpuBackend;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Gradients through whole networks: float32 against float64, and float64 against finite differences. */
class NetworkTest {
    private static final float SMOOTHING = 0.1f;

    /** A batch for a network, and the network's parameters. Every third sample weighs nothing. */
    private record Problem(Architecture architecture, double[] parameters, double[] images, int[] labels, double[] w) {
        static Problem of(Architecture a, double[] parameters, int classes, int n) {
            double[] w = uniform(3, n, 0.5, 2);
            for (int i = 2; i < n; i += 3) {
                w[i] = 0;
            }
            double[] images = uniform(2, n * a.height() * a.width() * a.channels(), 0, 1);
            return new Problem(a, parameters, images, TestData.labels(4, classes, n), w);
        }

        int n() {
            return labels.length;
        }

        ReferenceNetwork reference() {
            return new ReferenceNetwork(architecture, parameters, images, labels, w, SMOOTHING);
        }

        ReferenceNetwork reference(double[] otherParameters, double[] otherImages) {
            return new ReferenceNetwork(architecture, otherParameters, otherImages, labels, w, SMOOTHING);
        }
    }

    @TestFactory
    Stream<DynamicTest> gradientsEqualThoseOfTheReference() {
        // Four classes and the noise class; ten and the noise class; the reference networks themselves.
        return Stream.of(
                dynamicTest("mixed", () -> compare(Nets.mixed(0, 5), 5, 7)),
                dynamicTest("small keras", () -> compare(Nets.smallKeras(11), 11, 7)),
                dynamicTest("small allconv", () -> compare(Nets.smallAllconv(11), 11, 7)),
                dynamicTest("keras", () -> compare(Architecture.keras(32, 32, 3, 11), 11, 2)),
                dynamicTest("allconv", () -> compare(Architecture.allconv(32, 32, 3, 10), 10, 1)));
    }

    private static void compare(Architecture architecture, int classes, int n) {
        try (Backend backend = new CpuBackend(2)) {
            Network network = new Network(backend, architecture, n + 3, 17);
            // Weights as they start, and biases that are not 0.
            double[] parameters =
                    read(backend, network.parameters(), network.parameters().size());
            double[] noise = uniform(5, parameters.length, -0.05, 0.05);
            Arrays.setAll(parameters, i -> (float) (parameters[i] + noise[i]));
            write(backend, network.parameters(), parameters);
            assertEquals(classes, network.classes());

            // First another, larger batch: nothing of it may remain.
            Problem before = Problem.of(architecture, parameters, classes, n + 2);
            backward(backend, network, before);
            Problem problem = Problem.of(architecture, parameters, classes, n);
            double loss = backward(backend, network, problem);
            ReferenceNetwork reference = problem.reference();
            assertEquals(reference.loss(), loss, 1e-5 * reference.loss(), "loss");
            check("logits", reference.logits(), read(backend, network.logits(), reference.logits().length), 1e-4);
            double[] gradients = read(backend, network.gradients(), parameters.length);
            for (ReferenceNetwork.Block b : reference.blocks) {
                double[] expected = Arrays.copyOfRange(reference.gradients, b.from(), b.to());
                check(b.name(), expected, Arrays.copyOfRange(gradients, b.from(), b.to()), 1e-3);
            }
            check("input", reference.dInput(), read(backend, network.dInput(), problem.images.length), 1e-3);

            // Without the input's gradient, all others are the same to the bit.
            backend.fill(network.gradients(), Float.NaN);
            network.forward(n, false, 0);
            loss(backend, network, problem);
            network.backward(n, false);
            assertArrayEquals(gradients, read(backend, network.gradients(), parameters.length));
        }
    }

    private static void check(String what, double[] expected, double[] actual, double tolerance) {
        assertTrue(TestData.norm(expected) > 0, () -> what + ": the reference is 0, so the test would show nothing");
        double error = TestData.relativeError(actual, expected);
        assertTrue(error < tolerance, () -> what + ": error " + error + "; " + TestData.worst(actual, expected));
    }

    /** Forward, loss and backward to the input, without dropout; returns the weighted mean of the loss. */
    private static double backward(Backend backend, Network network, Problem p) {
        write(backend, network.input(), p.images);
        network.forward(p.n(), false, 0);
        double loss = loss(backend, network, p);
        network.backward(p.n(), false);
        loss(backend, network, p); // the way back may have changed the gradient of the logits
        network.backwardToInput(p.n());
        return loss;
    }

    /** Sets the gradient of the logits, and returns the weighted mean of the loss. */
    private static double loss(Backend backend, Network network, Problem p) {
        int classes = network.classes();
        Tensor labels = backend.tensor(p.n());
        Tensor weights = backend.tensor(p.n());
        Tensor totals = backend.tensor(3);
        write(backend, labels, Arrays.stream(p.labels).asDoubleStream().toArray());
        write(backend, weights, p.w);
        Tensor probabilities = backend.tensor(p.n(), classes);
        backend.softmaxCrossEntropy(
                network.dLogits(), probabilities, totals, network.logits(), labels, weights, SMOOTHING, classes, p.n());
        double[] sums = read(backend, totals, 3);
        return sums[0] / sums[1];
    }

    private static void write(Backend backend, Tensor to, double[] values) {
        backend.write(to, floats(values), values.length);
    }

    private static double[] read(Backend backend, Tensor from, int count) {
        float[] values = new float[count];
        backend.read(from, values, count);
        return TestData.doubles(values);
    }

    @TestFactory
    Stream<DynamicTest> theReferenceAgreesWithFiniteDifferences() {
        return Stream.of(Nets.mixed(0, 5), Nets.smallKeras(5), Nets.smallAllconv(5))
                .map(a -> dynamicTest(a.name(), () -> differences(a)));
    }

    private static void differences(Architecture architecture) {
        double[] parameters;
        try (Backend backend = new CpuBackend(1)) {
            Tensor start = new Network(backend, architecture, 1, 3).parameters();
            parameters = read(backend, start, start.size());
        }
        Problem problem = Problem.of(architecture, parameters, 5, 4);
        ReferenceNetwork reference = problem.reference();
        SplittableRandom random = new SplittableRandom(6);
        for (ReferenceNetwork.Block b : reference.blocks) {
            for (int i : IntStream.generate(() -> random.nextInt(b.from(), b.to()))
                    .limit(5)
                    .toArray()) {
                double difference = 0;
                for (double step : new double[] {-1e-6, 1e-6}) {
                    double[] moved = parameters.clone();
                    moved[i] += step;
                    difference += problem.reference(moved, problem.images).loss() / (2 * step);
                }
                assertEquals(difference, reference.gradients[i], 1e-7, b.name() + ", parameter " + i);
            }
        }
        for (int i : IntStream.generate(() -> random.nextInt(problem.images.length))
                .limit(10)
                .toArray()) {
            double difference = 0;
            for (double step : new double[] {-1e-6, 1e-6}) {
                double[] moved = problem.images.clone();
                moved[i] += step;
                difference += problem.reference(parameters, moved).loss() / (2 * step);
            }
            assertEquals(difference, reference.dInput()[i], 1e-7, "input " + i);
        }
    }

    /** With dropout there is no reference: the loss must change along the gradient as the gradient says. */
    @TestFactory
    Stream<DynamicTest> theGradientThroughDropoutIsTheSlopeOfTheLoss() {
        return Stream.of(Nets.smoothWithDropout(0.5f, 5), Nets.dropoutEverywhere(0.3f, 5))
                .map(a -> dynamicTest(a.name(), () -> compareWithSlope(a)));
    }

    private static void compareWithSlope(Architecture architecture) {
        try (Backend backend = new CpuBackend(2)) {
            Network network = new Network(backend, architecture, 8, 17);
            double[] parameters =
                    read(backend, network.parameters(), network.parameters().size());
            Problem problem = Problem.of(network.architecture(), parameters, 5, 8);
            write(backend, network.input(), problem.images);
            network.forward(8, false, 1);
            double without = loss(backend, network, problem);
            network.forward(8, true, 2);
            double other = loss(backend, network, problem);
            network.forward(8, true, 1);
            double with = loss(backend, network, problem);
            assertTrue(with != without && with != other, "dropout changes the loss, by its seed");
            network.backward(8, true);
            double[] gradient = read(backend, network.gradients(), parameters.length);
            double norm = TestData.norm(gradient);
            double step = 1e-2;
            double slope = 0;
            for (int sign = -1; sign <= 1; sign += 2) {
                double[] moved = parameters.clone();
                for (int i = 0; i < moved.length; i++) {
                    moved[i] += sign * step * gradient[i] / norm;
                }
                write(backend, network.parameters(), moved);
                network.forward(8, true, 1);
                slope += sign * loss(backend, network, problem) / (2 * step);
            }
            assertEquals(norm, slope, 1e-3 * norm, "slope of the loss along its gradient");
        }
    }
}
