package imagespace.backend;

import static imagespace.backend.OperatorCase.once;
import static imagespace.backend.TestData.uniform;

import imagespace.backend.OperatorCase.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Dense layers, and the way back through activation and bias. */
final class DenseCases {
    /** Inputs, outputs, batch. */
    private static final int[][] SHAPES = {
        {2304, 512, 7},
        {512, 11, 128},
        {1201, 75, 1300}, // weight gradients in three stretches
        {33, 560, 800}, // and in several groups of panels
        {43, 805, 41}, // data gradients in two stretches, without packed weights
        {17, 2100, 3},
        {48, 16, 33},
        {1, 1, 1},
        {1, 10, 7},
        {3, 1, 7},
        {10, 11, 1},
        {11, 17, 7},
        {17, 3, 1},
        {17, 10, 33},
        {33, 65, 2}
    };

    /** Rows and channels. */
    private static final int[][] ROWS = {
        {2 * 32 * 32, 64}, {1, 1}, {7, 1}, {1, 3}, {49, 10}, {5, 11}, {30, 17}, {3, 512}, {1000, 33}
    };

    private static final List<Activation> ACTIVATIONS =
            List.of(Activation.IDENTITY, Activation.RELU, Activation.LEAKY_RELU);

    /** All cases; the large ones first, so that the small ones find used scratch memory. */
    static final List<OperatorCase> ALL = all();

    private DenseCases() {}

    private static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (int i = 0; i < SHAPES.length; i++) {
            int[] s = SHAPES[i];
            add(cases, s[0], s[1], s[2], ACTIVATIONS.get(i % ACTIVATIONS.size()));
        }
        for (int[] s : ROWS) {
            for (Activation activation : ACTIVATIONS) {
                cases.add(activationBackward(s[0], s[1], activation));
            }
        }
        return List.copyOf(cases);
    }

    private static void add(List<OperatorCase> cases, int inputs, int outputs, int n, Activation activation) {
        double[] in = uniform(1, n * inputs);
        double[] weights = uniform(2, inputs * outputs);
        double[] bias = uniform(3, outputs);
        double[] dOut = uniform(4, n * outputs);
        String where = " " + inputs + " -> " + outputs + ", n = " + n;
        Supplier<double[]> forward =
                once(() -> ReferenceOperators.denseForward(in, weights, bias, activation, inputs, outputs, n));
        Supplier<double[]> data = once(() -> ReferenceOperators.denseBackwardData(dOut, weights, inputs, outputs, n));
        Supplier<double[]> gradient = once(() -> ReferenceOperators.denseBackwardWeights(dOut, in, inputs, outputs, n));
        cases.add(new OperatorCase("denseForward" + where + ", " + activation, lab -> {
            Tensor out = lab.roomyBlank(n, outputs);
            Tensor x = lab.roomy(in, n, inputs);
            Tensor w = lab.given(weights, inputs, outputs);
            lab.backend().denseForward(out, x, w, lab.given(bias, outputs), activation, inputs, outputs, n);
            return List.of(new Output("out", out, forward));
        }));
        cases.add(new OperatorCase("denseBackwardData" + where, lab -> {
            Tensor dIn = lab.roomyBlank(n, inputs);
            Tensor d = lab.roomy(dOut, n, outputs);
            Tensor w = lab.given(weights, inputs, outputs);
            lab.backend().denseBackwardData(dIn, d, w, inputs, outputs, n);
            return List.of(new Output("dIn", dIn, data));
        }));
        cases.add(new OperatorCase("denseBackwardWeights" + where, lab -> {
            Tensor dWeights = lab.blank(inputs, outputs);
            Tensor d = lab.roomy(dOut, n, outputs);
            lab.backend().denseBackwardWeights(dWeights, d, lab.roomy(in, n, inputs), inputs, outputs, n);
            return List.of(new Output("dWeights", dWeights, gradient));
        }));
    }

    private static OperatorCase activationBackward(int rows, int channels, Activation activation) {
        double[] dOut = uniform(5, rows * channels);
        double[] out = uniform(6, rows * channels);
        for (int i = 0; i < out.length; i += 5) {
            out[i] = i % 2 == 0 ? 0.0 : -0.0; // what relu gives; the slope counts there
        }
        double[] expected = ReferenceOperators.activationBackward(dOut, out, activation);
        double[] sums = ReferenceOperators.columnSums(expected, channels);
        return new OperatorCase("activationBackward " + rows + "x" + channels + ", " + activation, lab -> {
            Tensor d = lab.roomyChanging(dOut, rows, channels);
            Tensor dBias = lab.blank(channels);
            lab.backend().activationBackward(d, dBias, lab.roomy(out, rows, channels), activation, rows, channels);
            return List.of(new Output("dOut", d, () -> expected), new Output("dBias", dBias, () -> sums));
        });
    }
}
