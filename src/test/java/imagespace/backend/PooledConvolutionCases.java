package imagespace.backend;

import static imagespace.backend.OperatorCase.once;
import static imagespace.backend.TestData.uniform;

import imagespace.backend.ConvShape.Padding;
import imagespace.backend.OperatorCase.Output;
import imagespace.backend.PooledConvolution.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Convolutions with their poolings, all passes of a batch: shapes that a backend may do in one, with tiles that reach
 * over the border, and shapes that it may not.
 */
final class PooledConvolutionCases {
    /** A value this near 0, or to its neighbour, may have another sign or rank in float32. */
    private static final double MARGIN = 1e-4;

    /** All cases. */
    static final List<OperatorCase> ALL = all();

    private PooledConvolutionCases() {}

    private static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        // whole windows of 2 only, as networks have them
        add(cases, ConvShape.of(8, 12, 16, 16, 3, 1, Padding.SAME), 2, 2, 3);
        add(cases, ConvShape.of(6, 10, 16, 48, 3, 1, Padding.SAME), 2, 2, 2);
        add(cases, ConvShape.of(4, 6, 48, 16, 3, 1, Padding.SAME), 2, 2, 1);
        add(cases, ConvShape.of(15, 14, 16, 16, 3, 1, Padding.VALID).withOutput(12, 12), 2, 2, 1);
        add(cases, ConvShape.of(32, 32, 16, 16, 3, 1, Padding.VALID), 2, 2, 1);
        add(cases, ConvShape.of(10, 14, 32, 16, 3, 1, Padding.SAME), 2, 2, 2);
        add(cases, ConvShape.of(2, 2, 16, 16, 3, 1, Padding.SAME), 2, 2, 3);
        add(cases, ConvShape.of(6, 44, 16, 16, 3, 1, Padding.SAME), 2, 2, 2);
        add(cases, ConvShape.of(8, 6, 16, 272, 3, 1, Padding.SAME), 2, 2, 2);
        addTies(cases, ConvShape.of(8, 12, 16, 32, 3, 1, Padding.SAME), 2);
        addTies(cases, ConvShape.of(6, 10, 16, 32, 3, 1, Padding.SAME), 2);
        addTies(cases, ConvShape.of(16, 8, 16, 16, 3, 1, Padding.SAME), 2);
        // others
        add(cases, ConvShape.of(9, 7, 16, 16, 3, 1, Padding.SAME), 2, 2, 2);
        add(cases, ConvShape.of(9, 9, 16, 16, 3, 1, Padding.SAME), 3, 3, 2);
        add(cases, ConvShape.of(7, 7, 16, 16, 3, 1, Padding.SAME), 3, 2, 2);
        add(cases, ConvShape.of(8, 8, 3, 16, 3, 1, Padding.SAME), 2, 2, 2);
        add(cases, ConvShape.of(8, 8, 16, 10, 3, 1, Padding.SAME), 8, 8, 2);
        add(cases, ConvShape.of(8, 8, 16, 16, 3, 2, Padding.SAME), 2, 2, 2);
        return List.copyOf(cases);
    }

    private static void add(List<OperatorCase> cases, ConvShape conv, int window, int stride, int n) {
        PoolShape pool = new PoolShape(conv.outHeight(), conv.outWidth(), conv.outChannels(), window, stride);
        for (Activation activation : List.of(Activation.RELU, Activation.LEAKY_RELU)) {
            Supplier<Problem> problem = once(() -> Problem.of(conv, activation, pool, n));
            for (Kind kind : Kind.values()) {
                for (boolean dropout : new boolean[] {false, true}) {
                    Supplier<Expected> expected = once(() -> problem.get().expected(kind, dropout));
                    String name = "pooledConvolution " + kind + " " + conv + ", " + pool + ", " + activation + ", n = "
                            + n + (dropout ? ", dropout" : "");
                    cases.add(new OperatorCase(name, lab -> problem.get().run(lab, kind, dropout, expected)));
                }
            }
        }
    }

    /** Black images: all four values of a window are the channel's bias, of either sign, and the first is the maximum. */
    private static void addTies(List<OperatorCase> cases, ConvShape conv, int n) {
        PoolShape pool = new PoolShape(conv.outHeight(), conv.outWidth(), conv.outChannels(), 2, 2);
        for (Activation activation : List.of(Activation.IDENTITY, Activation.RELU, Activation.LEAKY_RELU)) {
            Supplier<Problem> problem =
                    once(() -> Problem.of(1, new double[n * conv.inputSize()], conv, activation, pool, n));
            Supplier<Expected> expected = once(() -> problem.get().expected(Kind.MAXIMUM, false));
            String name = "pooledConvolution with ties " + conv + ", " + activation;
            cases.add(new OperatorCase(name, lab -> problem.get().run(lab, Kind.MAXIMUM, false, expected)));
        }
    }

    private record Expected(
            double[] out,
            double[] dBias,
            double[] dWeights,
            double[] dIn,
            double[] dInBeforeActivation,
            double[] dBiasBefore) {}

    private record Problem(
            ConvShape conv,
            Activation activation,
            PoolShape pool,
            int n,
            double[] in,
            double[] weights,
            double[] bias,
            double[] convOut,
            double[] dOut,
            double[] mask) {
        /** What the layer before is taken to have. */
        private static final Activation BEFORE = Activation.LEAKY_RELU;

        /** Values of which none lies near a change of sign or rank. */
        static Problem of(ConvShape s, Activation activation, PoolShape pool, int n) {
            for (int seed = 1; ; seed++) {
                Problem problem = of(seed, uniform(seed, n * s.inputSize()), s, activation, pool, n);
                double[] linear = ReferenceOperators.convForward(
                        problem.in, problem.weights, problem.bias, Activation.IDENTITY, s, n);
                if (ReferenceOperators.smallestGap(linear, pool, n) > MARGIN) {
                    return problem;
                }
            }
        }

        static Problem of(int seed, double[] in, ConvShape s, Activation activation, PoolShape pool, int n) {
            double[] weights = uniform(seed + 1000, s.weightSize());
            double[] bias = uniform(seed + 2000, s.outChannels());
            double[] convOut = ReferenceOperators.convForward(in, weights, bias, activation, s, n);
            double[] dOut = uniform(seed + 3000, n * pool.outputSize());
            double[] mask = TestData.halfDropped(seed + 4000, dOut.length);
            return new Problem(s, activation, pool, n, in, weights, bias, convOut, dOut, mask);
        }

        Expected expected(Kind kind, boolean dropout) {
            boolean max = kind == Kind.MAXIMUM;
            double[] dPooled = dOut.clone();
            for (int i = 0; i < dPooled.length && dropout; i++) {
                dPooled[i] *= mask[i];
            }
            double[] out = max
                    ? ReferenceOperators.maxPoolForward(convOut, pool, n)
                    : ReferenceOperators.averagePoolForward(convOut, pool, n);
            double[] back = max
                    ? ReferenceOperators.maxPoolBackward(dPooled, convOut, pool, n)
                    : ReferenceOperators.averagePoolBackward(dPooled, pool, n);
            double[] d = ReferenceOperators.activationBackward(back, convOut, activation);
            double[] dIn = ReferenceOperators.convBackwardData(d, weights, conv, n);
            double[] before = ReferenceOperators.activationBackward(dIn, in, BEFORE);
            return new Expected(
                    out,
                    ReferenceOperators.columnSums(d, conv.outChannels()),
                    ReferenceOperators.convBackwardWeights(d, in, conv, n),
                    dIn,
                    before,
                    ReferenceOperators.columnSums(before, conv.inChannels()));
        }

        List<Output> run(Lab lab, Kind kind, boolean dropout, Supplier<Expected> expected) {
            Tensor x = lab.roomy(in, n, conv.height(), conv.width(), conv.inChannels());
            Tensor w = lab.given(weights, conv.kernel(), conv.kernel(), conv.inChannels(), conv.outChannels());
            Tensor b = lab.given(bias, conv.outChannels());
            Tensor d = lab.roomyChanging(dOut, n, pool.outHeight(), pool.outWidth(), pool.channels());
            Tensor out = lab.roomyBlank(n, pool.outHeight(), pool.outWidth(), pool.channels());
            Tensor dBias = lab.blank(conv.outChannels());
            Tensor dWeights = lab.blank(conv.kernel(), conv.kernel(), conv.inChannels(), conv.outChannels());
            Tensor dIn = lab.roomyBlank(n, conv.height(), conv.width(), conv.inChannels());
            Tensor dInBefore = lab.roomyBlank(n, conv.height(), conv.width(), conv.inChannels());
            Tensor dBiasBefore = lab.blank(conv.inChannels());
            Tensor dropped = dropout ? lab.roomy(mask, n, pool.outHeight(), pool.outWidth(), pool.channels()) : null;
            PooledConvolution pooled = lab.backend().pooledConvolution(conv, activation, kind, pool, n + 1);
            pooled.forward(out, x, w, b, n);
            pooled.backwardActivation(d, dropped, dBias, out, n);
            pooled.backwardWeights(dWeights, d, x, n);
            pooled.backwardData(dIn, d, w, n);
            pooled.activationBackwardData(dInBefore, dBiasBefore, d, w, x, BEFORE, n);
            return List.of(
                    new Output("out", out, () -> expected.get().out),
                    new Output("dBias", dBias, () -> expected.get().dBias),
                    new Output("dWeights", dWeights, () -> expected.get().dWeights),
                    new Output("dIn", dIn, () -> expected.get().dIn),
                    new Output("dIn before the activation", dInBefore, () -> expected.get().dInBeforeActivation),
                    new Output("dBias of the layer before", dBiasBefore, () -> expected.get().dBiasBefore));
        }
    }
}
