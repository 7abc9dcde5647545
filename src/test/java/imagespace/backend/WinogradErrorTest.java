package imagespace.backend;

import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.ConvShape.Padding;
import imagespace.backend.cpu.CpuBackend;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What Winograd's algorithm costs in digits: forward pass and both gradients on normal data. */
class WinogradErrorTest {
    /** The textbook's points would exceed it. */
    @Test
    void tilesOf4x4() {
        staysBelow(3e-6, ConvAlgorithm.WINOGRAD, ConvShape.of(8, 8, 512, 512, 3, 1, Padding.SAME));
        staysBelow(3e-6, ConvAlgorithm.WINOGRAD, ConvShape.of(4, 4, 1024, 1024, 3, 1, Padding.SAME));
    }

    /** One row of them. */
    @Test
    void tilesOf6x4() {
        staysBelow(3e-6, ConvAlgorithm.WINOGRAD, ConvShape.of(6, 8, 512, 512, 3, 1, Padding.SAME));
    }

    /** Three times what sums of this length cost without Winograd. */
    @Test
    void tilesOf2x2() {
        staysBelow(1e-6, ConvAlgorithm.WINOGRAD2, ConvShape.of(8, 8, 512, 512, 3, 1, Padding.SAME));
    }

    /** The weight gradient's sums run over all tiles of a batch: here 256 of 6x4 and 128 of 4x4, or 2048 of 2x2. */
    @Test
    void weightGradientsOfABatch() {
        ConvShape s = ConvShape.of(16, 16, 64, 64, 3, 1, Padding.SAME);
        int n = 32;
        Random random = new Random(4);
        float[] in = normal(random, n * s.inputSize());
        float[] dOut = normal(random, n * s.outputSize());
        double[] expected = ReferenceOperators.convBackwardWeights(widen(dOut), widen(in), s, n);
        for (ConvAlgorithm algorithm : new ConvAlgorithm[] {ConvAlgorithm.WINOGRAD, ConvAlgorithm.WINOGRAD2}) {
            try (Backend backend = new CpuBackend(2, algorithm)) {
                Tensor dWeights = backend.tensor(s.weightSize());
                backend.convBackwardWeights(dWeights, tensor(backend, dOut), tensor(backend, in), s, n);
                double bound = algorithm == ConvAlgorithm.WINOGRAD ? 3e-6 : 1e-6;
                check("weights of a batch, " + algorithm, bound, read(backend, dWeights), expected);
            }
        }
    }

    /** More tiles than are taken at a time, and more channels: the same as without Winograd, but for rounding. */
    @Test
    void fullBlocks() {
        // a share of the weight gradient has 288 tiles, a block 256
        sameAsDirect(ConvShape.of(8, 8, 256, 512, 3, 1, Padding.SAME), 144);
        // 144 of 6x4, 128 a block, and then 144 of 4x4
        sameAsDirect(ConvShape.of(10, 8, 256, 512, 3, 1, Padding.SAME), 144);
    }

    private static void sameAsDirect(ConvShape s, int n) {
        Random random = new Random(5);
        float[] in = normal(random, n * s.inputSize());
        float[] weights = normal(random, s.weightSize());
        float[] dOut = normal(random, n * s.outputSize());
        float[][] direct = passes(ConvAlgorithm.DIRECT, s, n, in, weights, dOut);
        float[][] winograd = passes(ConvAlgorithm.WINOGRAD, s, n, in, weights, dOut);
        String[] names = {"forward", "data", "weights"};
        for (int pass = 0; pass < names.length; pass++) {
            check("full blocks, " + names[pass], 4e-6, winograd[pass], widen(direct[pass]));
        }
    }

    /** Output, data gradient and weight gradient of a convolution without bias. */
    private static float[][] passes(
            ConvAlgorithm algorithm, ConvShape s, int n, float[] in, float[] weights, float[] dOut) {
        try (Backend backend = new CpuBackend(2, algorithm)) {
            Tensor out = backend.tensor(dOut.length);
            Tensor dIn = backend.tensor(in.length);
            Tensor dWeights = backend.tensor(weights.length);
            Tensor noBias = backend.tensor(s.outChannels());
            backend.convForward(out, tensor(backend, in), tensor(backend, weights), noBias, Activation.IDENTITY, s, n);
            backend.convBackwardData(dIn, tensor(backend, dOut), tensor(backend, weights), s, n);
            backend.convBackwardWeights(dWeights, tensor(backend, dOut), tensor(backend, in), s, n);
            return new float[][] {read(backend, out), read(backend, dIn), read(backend, dWeights)};
        }
    }

    private static void staysBelow(double bound, ConvAlgorithm algorithm, ConvShape s) {
        Random random = new Random(3);
        float[] in = normal(random, s.inputSize());
        float[] weights = normal(random, s.weightSize());
        float[] dOut = normal(random, s.outputSize());
        float[][] actual = passes(algorithm, s, 1, in, weights, dOut);
        double[] wide = widen(in);
        check(
                "forward",
                bound,
                actual[0],
                ReferenceOperators.convForward(
                        wide, widen(weights), new double[s.outChannels()], Activation.IDENTITY, s, 1));
        check("data", bound, actual[1], ReferenceOperators.convBackwardData(widen(dOut), widen(weights), s, 1));
        check("weights", bound, actual[2], ReferenceOperators.convBackwardWeights(widen(dOut), wide, s, 1));
    }

    private static void check(String what, double bound, float[] actual, double[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        double error = Math.sqrt(difference / norm);
        assertTrue(error < bound, what + ": relative error " + error);
    }

    private static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Tensor tensor(Backend backend, float[] values) {
        Tensor tensor = backend.tensor(values.length);
        backend.write(tensor, values, values.length);
        return tensor;
    }

    private static float[] read(Backend backend, Tensor tensor) {
        float[] values = new float[tensor.size()];
        backend.read(tensor, values, values.length);
        return values;
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
