package imagespace.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import imagespace.backend.cpu.CpuBackend;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract on the CPU, and that its results do not depend on the number of threads. */
class CpuBackendTest {
    @Nested
    class WithOneThread extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(1);
        }
    }

    @Nested
    class WithTwoThreads extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2);
        }
    }

    @Nested
    class WithDirectConvolutions extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2, ConvAlgorithm.DIRECT);
        }
    }

    @Nested
    class WithWinogradEverywhere extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2, ConvAlgorithm.WINOGRAD);
        }
    }

    @Nested
    class WithSmallWinogradTiles extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2, ConvAlgorithm.WINOGRAD2);
        }
    }

    /** At every place of a vector, and behind the last whole one: an attack on a network that has diverged must show. */
    @Test
    void signStepPassesOnWhatIsNotANumber() {
        try (Backend backend = new CpuBackend(1)) {
            int count = 35;
            Tensor gradient = backend.tensor(count);
            Tensor image = backend.tensor(count);
            backend.fill(gradient, Float.NaN);
            backend.signStep(image, image, gradient, 0.1f, count);
            float[] values = new float[count];
            backend.read(image, values, count);
            for (float value : values) {
                assertTrue(Float.isNaN(value));
            }
        }
    }

    /** Scratch memory of a larger batch is still there at the next, smaller one. */
    @Test
    void batchesOfAnySizeFollowEachOther() {
        ConvShape shape = ConvShape.of(5, 6, 16, 11, 3, 1, ConvShape.Padding.SAME);
        try (Backend used = new CpuBackend(2)) {
            for (int n : new int[] {1, 5, 2}) {
                double[] in = TestData.uniform(1, n * shape.inputSize());
                double[] weights = TestData.uniform(2, shape.weightSize());
                double[] bias = TestData.uniform(3, shape.outChannels());
                try (Backend fresh = new CpuBackend(2)) {
                    OperatorCase forward = ConvolutionCases.forward("", in, weights, bias, Activation.RELU, shape, n);
                    SameBits.check(forward, List.of(used, fresh));
                }
            }
        }
    }

    /** How a data gradient of a dense layer is computed depends on the length of vectors; its bits do not. */
    @Test
    void dataGradientsOfDenseLayersHaveTheBitsOfConvolutions() {
        int rows = 41;
        int inputs = 43;
        int outputs = 805;
        double[] dOut = TestData.uniform(1, rows * outputs);
        double[] weights = TestData.uniform(2, inputs * outputs);
        Arrays.fill(dOut, 0, outputs, 1e-30);
        Arrays.fill(weights, 0, outputs, -1e-30); // their products vanish, and leave a zero of either sign
        try (Backend backend = new CpuBackend(2)) {
            Lab lab = new Lab(backend, false);
            Tensor d = lab.given(dOut, rows, outputs);
            Tensor w = lab.given(weights, inputs, outputs);
            Tensor asDense = lab.blank(rows, inputs);
            Tensor asConvolution = lab.blank(rows, inputs);
            backend.denseBackwardData(asDense, d, w, inputs, outputs, rows);
            ConvShape pixels = ConvShape.of(1, rows, inputs, outputs, 1, 1, ConvShape.Padding.VALID);
            backend.convBackwardData(asConvolution, d, w, pixels, 1);
            assertArrayEquals(SameBits.bits(lab.memory(asConvolution)), SameBits.bits(lab.memory(asDense)));
        }
    }

    /** How the forward pass of a dense layer is computed depends on the number of images; an image's bits do not. */
    @ParameterizedTest
    @CsvSource({
        "5, 805, 80", // two stretches, the last of which is no multiple of four; tasks of different sizes
        "8, 1040, 48", // whole chunks
        "1, 3, 16" // a vector
    })
    void fewRowsOfADenseLayerHaveTheBitsOfConvolutions(int rows, int inputs, int outputs) {
        double[] in = TestData.uniform(1, rows * inputs);
        double[] weights = TestData.uniform(2, inputs * outputs);
        double[] bias = TestData.uniform(3, outputs);
        Arrays.fill(in, 0, inputs, 1e-30);
        for (int i = 0; i < inputs; i++) { // products of the first row vanish, and leave a zero of either sign
            Arrays.fill(weights, i * outputs, i * outputs + 16, -1e-30);
        }
        Arrays.fill(bias, 0, 16, -0.0);
        try (Backend backend = new CpuBackend(2)) {
            Lab lab = new Lab(backend, false);
            Tensor x = lab.given(in, rows, inputs);
            Tensor w = lab.given(weights, inputs, outputs);
            Tensor b = lab.given(bias, outputs);
            Tensor asDense = lab.blank(rows, outputs);
            Tensor asConvolution = lab.blank(rows, outputs);
            backend.denseForward(asDense, x, w, b, Activation.LEAKY_RELU, inputs, outputs, rows);
            ConvShape pixels = ConvShape.of(1, rows, inputs, outputs, 1, 1, ConvShape.Padding.VALID);
            backend.convForward(asConvolution, x, w, b, Activation.LEAKY_RELU, pixels, 1);
            assertArrayEquals(SameBits.bits(lab.memory(asConvolution)), SameBits.bits(lab.memory(asDense)));
        }
    }

    /** How a convolution of many channels is computed depends on the number of images; an image's bits do not. */
    @ParameterizedTest
    @CsvSource({
        "10, 9, 64, 64", // tiles of 6x4 and of 4x4
        "10, 9, 144, 64", // more channels than are summed at a time
        "8, 8, 96, 80" // an odd number of panels
    })
    void anImageHasTheSameBitsInAnyBatch(int height, int width, int in, int out) {
        int many = 40; // more than a block of tiles
        ConvShape shape = ConvShape.of(height, width, in, out, 3, 1, ConvShape.Padding.SAME);
        double[] images = TestData.uniform(1, many * shape.inputSize());
        double[] gradients = TestData.uniform(2, many * shape.outputSize());
        try (Backend backend = new CpuBackend(2)) {
            Lab lab = new Lab(backend, false);
            Tensor x = lab.given(images, many, shape.inputSize());
            Tensor w = lab.given(TestData.uniform(3, shape.weightSize()), shape.weightSize());
            Tensor bias = lab.given(TestData.uniform(4, out), out);
            Tensor d = lab.given(gradients, many, shape.outputSize());
            Tensor y = lab.blank(many, shape.outputSize());
            Tensor dx = lab.blank(many, shape.inputSize());
            Tensor y1 = lab.blank(shape.outputSize());
            Tensor dx1 = lab.blank(shape.inputSize());
            backend.convForward(y, x, w, bias, Activation.RELU, shape, many);
            backend.convForward(y1, x, w, bias, Activation.RELU, shape, 1);
            backend.convBackwardData(dx, d, w, shape, many);
            backend.convBackwardData(dx1, d, w, shape, 1);
            assertSameStart(lab.memory(y), lab.memory(y1));
            assertSameStart(lab.memory(dx), lab.memory(dx1));
        }
    }

    private static void assertSameStart(float[] all, float[] first) {
        assertArrayEquals(SameBits.bits(first), SameBits.bits(Arrays.copyOf(all, first.length)));
    }

    @TestFactory
    Stream<DynamicTest> threadsDoNotChangeABit() {
        return threadsDoNotChangeABit(ConvAlgorithm.AUTO);
    }

    @TestFactory
    Stream<DynamicTest> norWithDirectConvolutions() {
        return threadsDoNotChangeABit(ConvAlgorithm.DIRECT);
    }

    @TestFactory
    Stream<DynamicTest> norWithSmallWinogradTiles() {
        return threadsDoNotChangeABit(ConvAlgorithm.WINOGRAD2);
    }

    /** Some passes are cut into more parts where there are more threads; the largest number has more than tasks. */
    private static Stream<DynamicTest> threadsDoNotChangeABit(ConvAlgorithm algorithm) {
        List<Backend> backends = IntStream.of(1, 2, 4, 6, 17)
                .<Backend>mapToObj(t -> new CpuBackend(t, algorithm))
                .toList();
        return Stream.of(
                        ConvolutionCases.ALL,
                        DenseCases.ALL,
                        PoolingCases.ALL,
                        PooledConvolutionCases.ALL,
                        TrainingCases.ALL,
                        AssemblyCases.ALL)
                .flatMap(List::stream)
                .map(c -> dynamicTest(c.name(), () -> SameBits.check(c, backends)))
                .onClose(() -> backends.forEach(Backend::close));
    }
}
