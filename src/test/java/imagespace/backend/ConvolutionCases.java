package imagespace.backend;

import static imagespace.backend.OperatorCase.once;
import static imagespace.backend.TestData.uniform;

import imagespace.backend.ConvShape.Padding;
import imagespace.backend.OperatorCase.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Convolutions of awkward shapes, and all those of the two reference networks. */
final class ConvolutionCases {
    private static final int[] CHANNELS = {1, 3, 10, 11, 17, 8, 32};
    private static final int[][] IMAGES = {{1, 1}, {5, 7}, {8, 6}, {3, 10}, {9, 2}};
    private static final Activation[] ACTIVATIONS = {Activation.IDENTITY, Activation.RELU, Activation.LEAKY_RELU};

    /** Shapes in batches so large that blocks of a GPU's kernels have several tiles each; and few outputs. */
    static final List<OperatorCase> LOOPS = loops();

    /** All cases; the large ones first, so that the small ones find used scratch memory. */
    static final List<OperatorCase> ALL = all();

    private ConvolutionCases() {}

    private static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (ConvShape shape : network()) {
            add(cases, shape, Activation.RELU, 2);
        }
        cases.addAll(LOOPS);
        // Many channels, 3x3, stride 1, where a backend may take a faster algorithm; sides that no tile divides.
        for (int side : new int[] {15, 14, 13, 7, 6, 5, 4, 3, 2, 1}) {
            add(cases, ConvShape.of(side, side + 1, 33, 40, 3, 1, Padding.SAME), Activation.LEAKY_RELU, 3);
            add(cases, ConvShape.of(side, side + 2, 16, 48, 3, 1, Padding.SAME), Activation.RELU, 7);
            add(cases, ConvShape.of(side + 3, side, 48, 32, 3, 1, Padding.SAME), Activation.LEAKY_RELU, 1);
            add(cases, ConvShape.of(side + 2, side + 3, 64, 16, 3, 1, Padding.VALID), Activation.IDENTITY, 2);
            add(cases, ConvShape.of(side, side + 1, 32, 17, 3, 1, Padding.SAME), Activation.LEAKY_RELU, 2);
            add(cases, ConvShape.of(side + 3, side + 2, 16, 10, 3, 1, Padding.VALID), Activation.RELU, 3);
        }
        // few channels, as a GPU's tensor cores take them
        for (int side : new int[] {33, 17, 16, 15, 9, 5, 2}) {
            add(cases, ConvShape.of(side, side + 2, 32, 32, 3, 1, Padding.SAME), Activation.LEAKY_RELU, 3);
            add(cases, ConvShape.of(side + 2, side, 32, 64, 3, 1, Padding.SAME), Activation.RELU, 1);
            add(cases, ConvShape.of(side + 4, side + 3, 64, 32, 3, 1, Padding.VALID), Activation.IDENTITY, 2);
            add(cases, ConvShape.of(side, side + 3, 32, 96, 3, 1, Padding.SAME), Activation.RELU, 1);
            add(cases, ConvShape.of(side, side + 3, 3, 64, 3, 1, Padding.SAME), Activation.RELU, 5);
            add(cases, ConvShape.of(side + 1, side, 1, 32, 5, 1, Padding.SAME), Activation.LEAKY_RELU, 3);
        }
        for (Activation activation : ACTIVATIONS) {
            addThroughActivation(cases, ConvShape.of(32, 32, 32, 32, 3, 1, Padding.VALID), activation, 1);
            addThroughActivation(cases, ConvShape.of(15, 15, 32, 64, 3, 1, Padding.SAME), activation, 2);
            addThroughActivation(cases, ConvShape.of(12, 7, 64, 32, 3, 1, Padding.SAME), activation, 2);
            addThroughActivation(cases, ConvShape.of(9, 18, 64, 64, 3, 1, Padding.SAME), activation, 1);
            addThroughActivation(cases, ConvShape.of(9, 8, 17, 10, 3, 1, Padding.SAME), activation, 2);
        }
        // colour images, every activation; the last tile of a row overlaps the one before
        for (Activation activation : ACTIVATIONS) {
            add(cases, ConvShape.of(9, 11, 3, 32, 3, 1, Padding.SAME), activation, 2);
        }
        // weight gradients in two shares of three passes
        add(cases, ConvShape.of(53, 49, 47, 75, 5, 2, Padding.SAME), Activation.RELU, 2);
        // wider than the rows of tiles, and deeper than the channels, that a backend may take at a time
        add(cases, ConvShape.of(6, 37, 16, 32, 3, 1, Padding.SAME), Activation.RELU, 2);
        add(cases, ConvShape.of(11, 9, 272, 16, 3, 1, Padding.SAME), Activation.RELU, 2);
        add(cases, ConvShape.of(11, 9, 16, 272, 3, 1, Padding.SAME), Activation.RELU, 2);
        add(cases, ConvShape.of(8, 5, 528, 16, 3, 1, Padding.SAME), Activation.RELU, 1);
        add(cases, ConvShape.of(8, 5, 16, 528, 3, 1, Padding.SAME), Activation.RELU, 1);
        int i = 0;
        for (int kernel : new int[] {1, 2, 3, 5}) {
            for (int stride = 1; stride <= 3; stride++) {
                for (Padding padding : Padding.values()) {
                    for (int[] image : IMAGES) {
                        if (padding == Padding.SAME || kernel <= Math.min(image[0], image[1])) {
                            int in = CHANNELS[i % CHANNELS.length];
                            int out = CHANNELS[(i / CHANNELS.length + 2 * i + 1) % CHANNELS.length];
                            ConvShape shape = ConvShape.of(image[0], image[1], in, out, kernel, stride, padding);
                            add(cases, shape, ACTIVATIONS[i % ACTIVATIONS.length], i % 2 == 0 ? 7 : 1);
                            i++;
                        }
                    }
                }
            }
        }
        return List.copyOf(cases);
    }

    private static List<OperatorCase> loops() {
        List<OperatorCase> cases = new ArrayList<>();
        add(cases, ConvShape.of(9, 8, 32, 32, 3, 1, Padding.SAME), Activation.RELU, 270);
        add(cases, ConvShape.of(5, 6, 64, 64, 3, 1, Padding.VALID), Activation.RELU, 270);
        add(cases, ConvShape.of(7, 17, 32, 64, 3, 1, Padding.SAME), Activation.RELU, 140);
        addThroughActivation(cases, ConvShape.of(5, 6, 64, 64, 3, 1, Padding.VALID), Activation.RELU, 270);
        addThroughActivation(cases, ConvShape.of(7, 5, 64, 64, 3, 1, Padding.SAME), Activation.RELU, 270);
        addThroughActivation(cases, ConvShape.of(2, 17, 32, 32, 3, 1, Padding.SAME), Activation.RELU, 270);
        addThroughActivation(cases, ConvShape.of(2, 33, 32, 32, 3, 1, Padding.SAME), Activation.RELU, 140);
        add(cases, ConvShape.of(16, 17, 3, 32, 3, 1, Padding.SAME), Activation.RELU, 141);
        add(cases, ConvShape.of(5, 4, 32, 10, 3, 1, Padding.SAME), Activation.LEAKY_RELU, 3);
        return List.copyOf(cases);
    }

    /** The convolutions of the networks keras and allconv on 32x32 colour images. */
    private static List<ConvShape> network() {
        return List.of(
                ConvShape.of(32, 32, 3, 32, 3, 1, Padding.SAME),
                ConvShape.of(32, 32, 32, 32, 3, 1, Padding.VALID),
                ConvShape.of(15, 15, 32, 64, 3, 1, Padding.SAME),
                ConvShape.of(15, 15, 64, 64, 3, 1, Padding.VALID),
                ConvShape.of(32, 32, 3, 64, 3, 1, Padding.SAME),
                ConvShape.of(32, 32, 64, 128, 3, 1, Padding.SAME),
                ConvShape.of(16, 16, 128, 128, 3, 1, Padding.SAME),
                ConvShape.of(16, 16, 128, 256, 3, 1, Padding.SAME),
                ConvShape.of(8, 8, 256, 256, 3, 1, Padding.SAME),
                ConvShape.of(8, 8, 256, 512, 3, 1, Padding.SAME),
                ConvShape.of(4, 4, 512, 10, 3, 1, Padding.SAME),
                ConvShape.of(4, 4, 512, 11, 3, 1, Padding.SAME));
    }

    private static void add(List<OperatorCase> cases, ConvShape shape, Activation activation, int n) {
        double[] in = uniform(1, n * shape.inputSize());
        double[] weights = uniform(2, shape.weightSize());
        double[] bias = uniform(3, shape.outChannels());
        double[] dOut = uniform(4, n * shape.outputSize());
        String where = " " + shape + ", n = " + n;
        cases.add(forward(where, in, weights, bias, activation, shape, n));
        cases.add(backwardData(where, dOut, weights, shape, n));
        cases.add(backwardWeights(where, dOut, in, shape, n));
    }

    /**
     * The way back through the activation of the layer before, too. What is summed up is positive: a bias gradient that cancels
     * to nearly nothing has no relative error to speak of.
     */
    private static void addThroughActivation(List<OperatorCase> cases, ConvShape s, Activation activation, int n) {
        double[] in = uniform(1, n * s.inputSize());
        double[] weights = uniform(2, s.weightSize(), 0.1, 1);
        double[] dOut = uniform(4, n * s.outputSize(), 0.1, 1);
        Supplier<double[]> before = once(() -> ReferenceOperators.activationBackward(
                ReferenceOperators.convBackwardData(dOut, weights, s, n), in, activation));
        String name = "convActivationBackwardData " + s + ", " + activation + ", n = " + n;
        cases.add(new OperatorCase(name, lab -> {
            Tensor dIn = lab.roomyBlank(n, s.height(), s.width(), s.inChannels());
            Tensor dBias = lab.blank(s.inChannels());
            Tensor d = lab.roomy(dOut, n, s.outHeight(), s.outWidth(), s.outChannels());
            Tensor x = lab.roomy(in, n, s.height(), s.width(), s.inChannels());
            lab.backend().convActivationBackwardData(dIn, dBias, d, weights(lab, weights, s), x, activation, s, n);
            return List.of(
                    new Output("dIn", dIn, before),
                    new Output("dBias", dBias, () -> ReferenceOperators.columnSums(before.get(), s.inChannels())));
        }));
    }

    static OperatorCase forward(
            String where, double[] in, double[] weights, double[] bias, Activation activation, ConvShape s, int n) {
        Supplier<double[]> expected = once(() -> ReferenceOperators.convForward(in, weights, bias, activation, s, n));
        return new OperatorCase("convForward" + where + ", " + activation, lab -> {
            Tensor out = lab.roomyBlank(n, s.outHeight(), s.outWidth(), s.outChannels());
            Tensor x = lab.roomy(in, n, s.height(), s.width(), s.inChannels());
            Tensor w = weights(lab, weights, s);
            lab.backend().convForward(out, x, w, lab.given(bias, s.outChannels()), activation, s, n);
            return List.of(new Output("out", out, expected));
        });
    }

    static OperatorCase backwardData(String where, double[] dOut, double[] weights, ConvShape s, int n) {
        Supplier<double[]> expected = once(() -> ReferenceOperators.convBackwardData(dOut, weights, s, n));
        return new OperatorCase("convBackwardData" + where, lab -> {
            Tensor dIn = lab.roomyBlank(n, s.height(), s.width(), s.inChannels());
            Tensor d = lab.roomy(dOut, n, s.outHeight(), s.outWidth(), s.outChannels());
            lab.backend().convBackwardData(dIn, d, weights(lab, weights, s), s, n);
            return List.of(new Output("dIn", dIn, expected));
        });
    }

    static OperatorCase backwardWeights(String where, double[] dOut, double[] in, ConvShape s, int n) {
        Supplier<double[]> expected = once(() -> ReferenceOperators.convBackwardWeights(dOut, in, s, n));
        return new OperatorCase("convBackwardWeights" + where, lab -> {
            Tensor dWeights = lab.blank(s.kernel(), s.kernel(), s.inChannels(), s.outChannels());
            Tensor d = lab.roomy(dOut, n, s.outHeight(), s.outWidth(), s.outChannels());
            Tensor x = lab.roomy(in, n, s.height(), s.width(), s.inChannels());
            lab.backend().convBackwardWeights(dWeights, d, x, s, n);
            return List.of(new Output("dWeights", dWeights, expected));
        });
    }

    private static Tensor weights(Lab lab, double[] weights, ConvShape s) {
        return lab.given(weights, s.kernel(), s.kernel(), s.inChannels(), s.outChannels());
    }
}
