package imagespace.backend;

import static imagespace.backend.TestData.uniform;

import imagespace.backend.OperatorCase.Output;
import java.util.ArrayList;
import java.util.List;

/** Poolings: side by side, overlapping, with gaps, over the whole image, with rows and columns left over. */
final class PoolingCases {
    /** All cases. */
    static final List<OperatorCase> ALL = all();

    private PoolingCases() {}

    private static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        cases.addAll(of(new PoolShape(30, 30, 32, 2, 2), 2));
        cases.addAll(of(new PoolShape(32, 32, 128, 2, 2), 2));
        cases.addAll(of(new PoolShape(13, 13, 64, 2, 2), 7));
        cases.addAll(of(new PoolShape(4, 4, 10, 4, 4), 7));
        cases.addAll(of(new PoolShape(4, 4, 11, 4, 1), 1));
        cases.addAll(of(new PoolShape(1, 1, 1, 1, 1), 1));
        cases.addAll(of(new PoolShape(1, 1, 17, 1, 1), 7));
        cases.addAll(of(new PoolShape(5, 7, 3, 2, 2), 7));
        cases.addAll(of(new PoolShape(5, 7, 3, 3, 1), 7));
        cases.addAll(of(new PoolShape(7, 4, 11, 3, 2), 1));
        cases.addAll(of(new PoolShape(9, 6, 10, 2, 3), 7));
        cases.addAll(of(new PoolShape(8, 11, 17, 4, 3), 1));
        cases.addAll(of(new PoolShape(3, 3, 33, 1, 2), 7));
        return List.copyOf(cases);
    }

    /** Both poolings of one shape, forward and backward, on values with and without ties. */
    static List<OperatorCase> of(PoolShape s, int n) {
        List<OperatorCase> cases = new ArrayList<>();
        double[] in = uniform(1, n * s.inputSize());
        // From the values -1, -0.5, 0, 0.5, 1: most windows have several maxima, and the first counts.
        double[] ties = in.clone();
        for (int i = 0; i < ties.length; i++) {
            ties[i] = Math.rint(2 * ties[i]) / 2;
        }
        double[] negative = uniform(2, n * s.inputSize(), -2, -1);
        double[] dOut = uniform(3, n * s.outputSize());
        String where = " " + s + ", n = " + n;
        max(cases, where, in, dOut, s, n);
        max(cases, where + ", ties", ties, dOut, s, n);
        max(cases, where + ", negative", negative, dOut, s, n);
        double[] mean = ReferenceOperators.averagePoolForward(in, s, n);
        double[] dIn = ReferenceOperators.averagePoolBackward(dOut, s, n);
        cases.add(new OperatorCase("averagePoolForward" + where, lab -> {
            Tensor out = outputs(lab, null, s, n);
            lab.backend().averagePoolForward(out, inputs(lab, in, s, n), s, n);
            return List.of(new Output("out", out, () -> mean));
        }));
        cases.add(new OperatorCase("averagePoolBackward" + where, lab -> {
            Tensor d = inputs(lab, null, s, n);
            lab.backend().averagePoolBackward(d, outputs(lab, dOut, s, n), s, n);
            return List.of(new Output("dIn", d, () -> dIn));
        }));
        averageWithActivation(cases, where, in, s, n);
        maxWithActivation(cases, where, in, s, n);
        maxWithActivation(cases, where + ", ties", ties, s, n);
        return cases;
    }

    /**
     * The two ways back in one: what the pooling gives, times 1 or the slope by the sign of its input. The gradients are
     * positive: a bias gradient that cancels to nearly nothing has no relative error to speak of.
     */
    private static void averageWithActivation(List<OperatorCase> cases, String where, double[] in, PoolShape s, int n) {
        double[] dOut = uniform(4, n * s.outputSize(), 0.1, 1);
        double[] dIn = ReferenceOperators.averagePoolBackward(dOut, s, n);
        double slope = Activation.LEAKY_RELU.slope();
        double[] before = new double[dIn.length];
        double[] dBias = new double[s.channels()];
        for (int i = 0; i < dIn.length; i++) {
            before[i] = in[i] > 0 ? dIn[i] : slope * dIn[i];
            dBias[i % s.channels()] += before[i];
        }
        cases.add(new OperatorCase("averagePoolActivationBackward" + where, lab -> {
            Tensor d = inputs(lab, null, s, n);
            Tensor bias = lab.blank(s.channels());
            lab.backend()
                    .averagePoolActivationBackward(
                            d, bias, outputs(lab, dOut, s, n), inputs(lab, in, s, n), Activation.LEAKY_RELU, s, n);
            return List.of(new Output("dIn", d, () -> before), new Output("dBias", bias, () -> dBias));
        }));
    }

    /**
     * The ways back through dropout, pooling and activation in one, on values of both signs with and without ties. The gradients
     * are positive, as above.
     */
    private static void maxWithActivation(List<OperatorCase> cases, String where, double[] in, PoolShape s, int n) {
        double[] dOut = uniform(5, n * s.outputSize(), 0.1, 1);
        double[] kept = TestData.halfDropped(6, n * s.outputSize());
        double[] maxima = ReferenceOperators.maxPoolForward(in, s, n);
        for (boolean dropout : new boolean[] {false, true}) {
            double[] before = dOut.clone();
            double[] dBias = new double[s.channels()];
            for (int i = 0; i < before.length; i++) {
                before[i] *= (dropout ? kept[i] : 1) * (maxima[i] > 0 ? 1 : Activation.LEAKY_RELU.slope());
                dBias[i % s.channels()] += before[i];
            }
            double[] dIn = ReferenceOperators.maxPoolBackward(before, in, s, n);
            String name = "maxPoolActivationBackward" + where + (dropout ? ", dropout" : "");
            cases.add(new OperatorCase(name, lab -> {
                Tensor d = inputs(lab, null, s, n);
                Tensor bias = lab.blank(s.channels());
                Tensor back = lab.roomyChanging(dOut, n, s.outHeight(), s.outWidth(), s.channels());
                Tensor mask = dropout ? outputs(lab, kept, s, n) : null;
                lab.backend()
                        .maxPoolActivationBackward(
                                d,
                                bias,
                                back,
                                mask,
                                outputs(lab, maxima, s, n),
                                inputs(lab, in, s, n),
                                Activation.LEAKY_RELU,
                                s,
                                n);
                return List.of(new Output("dIn", d, () -> dIn), new Output("dBias", bias, () -> dBias));
            }));
        }
    }

    private static void max(List<OperatorCase> cases, String where, double[] in, double[] dOut, PoolShape s, int n) {
        double[] maxima = ReferenceOperators.maxPoolForward(in, s, n);
        double[] dIn = ReferenceOperators.maxPoolBackward(dOut, in, s, n);
        cases.add(new OperatorCase("maxPoolForward" + where, 0, lab -> {
            Tensor out = outputs(lab, null, s, n);
            lab.backend().maxPoolForward(out, inputs(lab, in, s, n), s, n);
            return List.of(new Output("out", out, () -> maxima));
        }));
        cases.add(new OperatorCase("maxPoolBackward" + where, lab -> {
            Tensor d = inputs(lab, null, s, n);
            Tensor out = outputs(lab, maxima, s, n);
            lab.backend().maxPoolBackward(d, outputs(lab, dOut, s, n), out, inputs(lab, in, s, n), s, n);
            return List.of(new Output("dIn", d, () -> dIn));
        }));
    }

    /** A tensor in the shape of the pool's inputs, blank without values. */
    private static Tensor inputs(Lab lab, double[] values, PoolShape s, int n) {
        int[] shape = {n, s.height(), s.width(), s.channels()};
        return values == null ? lab.roomyBlank(shape) : lab.roomy(values, shape);
    }

    /** A tensor in the shape of the pool's outputs, blank without values. */
    private static Tensor outputs(Lab lab, double[] values, PoolShape s, int n) {
        int[] shape = {n, s.outHeight(), s.outWidth(), s.channels()};
        return values == null ? lab.roomyBlank(shape) : lab.roomy(values, shape);
    }
}
