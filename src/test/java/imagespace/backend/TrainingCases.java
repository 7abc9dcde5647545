package imagespace.backend;

import static imagespace.backend.TestData.floats;
import static imagespace.backend.TestData.uniform;

import imagespace.backend.OperatorCase.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Dropout, softmax, the loss, the update rules and the sign step. */
final class TrainingCases {
    private static final int[] COUNTS = {40_000, 1, 2, 3, 7, 16, 17, 1023};
    private static final double[] TOTALS_BEFORE = {1.5, -2.25, 4};

    /** All cases. */
    static final List<OperatorCase> ALL = all();

    private TrainingCases() {}

    private static List<OperatorCase> all() {
        List<OperatorCase> cases = new ArrayList<>();
        for (int count : COUNTS) {
            for (float rate : new float[] {0, 0.1f, 0.25f, 0.5f, 0.9f}) {
                dropout(cases, rate, 0xC0FFEE_0000_0001L + count, count);
            }
            for (int step : new int[] {1, 2, 1000}) {
                cases.add(adam(count, step));
            }
            for (float momentum : new float[] {0, 0.9f}) {
                cases.add(sgd(count, momentum));
            }
            for (float epsilon : new float[] {0, 0.01f, 0.3f}) {
                cases.add(sign(count, epsilon));
            }
        }
        for (int classes : new int[] {2, 3, 10, 11, 17, 100}) {
            for (int n : new int[] {1, 7, 128}) {
                loss(cases, uniform(classes, n * classes, -5, 5), "", classes, n);
                loss(cases, uniform(classes, n * classes, -1e4, 1e4), ", logits to +-1e4", classes, n);
            }
        }
        return List.copyOf(cases);
    }

    private static void dropout(List<OperatorCase> cases, float rate, long seed, int count) {
        double[] in = uniform(1, count);
        double[] mask = ReferenceTraining.dropoutMask(rate, seed, count);
        double[] product = ReferenceTraining.times(in, mask);
        String where = " of " + count + " at rate " + rate;
        cases.add(new OperatorCase("dropoutForward" + where, lab -> {
            Tensor out = lab.roomyBlank(count);
            Tensor m = lab.roomyBlank(count);
            lab.backend().dropoutForward(out, m, lab.roomy(in, count), rate, seed, count);
            return List.of(new Output("mask", m, () -> mask), new Output("out", out, () -> product));
        }));
        cases.add(new OperatorCase("dropoutBackward" + where, lab -> {
            Tensor dIn = lab.roomyBlank(count);
            lab.backend().dropoutBackward(dIn, lab.roomy(in, count), lab.roomy(mask, count), count);
            return List.of(new Output("dIn", dIn, () -> product));
        }));
    }

    private static void loss(List<OperatorCase> cases, double[] logits, String what, int classes, int n) {
        double[] probabilities = ReferenceTraining.softmax(logits, classes);
        cases.add(new OperatorCase("softmax of " + n + "x" + classes + what, lab -> {
            Tensor p = lab.roomyBlank(n, classes);
            lab.backend().softmax(p, lab.roomy(logits, n, classes), classes, n);
            return List.of(new Output("probabilities", p, () -> probabilities));
        }));
        int[] labels = TestData.labels(n, classes, n);
        double[] labelValues = Arrays.stream(labels).asDoubleStream().toArray();
        double[] ones = new double[n];
        Arrays.fill(ones, 1);
        double[] weights = uniform(3, n, 0, 3);
        for (int i = 1; i < n; i += 3) {
            weights[i] = 0;
        }
        for (double[] w : List.of(ones, weights)) {
            for (float smoothing : new float[] {0, 0.1f}) {
                ReferenceTraining.Loss loss = ReferenceTraining.crossEntropy(logits, labels, w, smoothing, classes);
                double[] totals = {
                    TOTALS_BEFORE[0] + loss.loss(), TOTALS_BEFORE[1] + loss.weight(), TOTALS_BEFORE[2] + loss.right()
                };
                String name = "softmaxCrossEntropy of " + n + "x" + classes + what + ", smoothing " + smoothing
                        + (w == ones ? "" : ", weighted");
                cases.add(new OperatorCase(name, lab -> {
                    Tensor dLogits = lab.roomyBlank(n, classes);
                    Tensor p = lab.roomyBlank(n, classes);
                    Tensor t = lab.changing(TOTALS_BEFORE, 3);
                    Tensor x = lab.roomy(logits, n, classes);
                    Tensor y = lab.roomy(labelValues, n);
                    lab.backend().softmaxCrossEntropy(dLogits, p, t, x, y, lab.roomy(w, n), smoothing, classes, n);
                    return List.of(
                            new Output("dLogits", dLogits, loss::dLogits),
                            new Output("probabilities", p, loss::probabilities),
                            new Output("totals", t, () -> totals));
                }));
            }
        }
    }

    private static OperatorCase sgd(int count, float momentum) {
        float rate = 0.3f;
        double[] gradients = uniform(1, count);
        double[] parameters = uniform(2, count);
        double[] velocity = uniform(3, count);
        double[] newParameters = parameters.clone();
        double[] newVelocity = velocity.clone();
        ReferenceTraining.sgd(newParameters, gradients, newVelocity, rate, momentum);
        return new OperatorCase("sgdStep of " + count + ", momentum " + momentum, lab -> {
            Tensor p = lab.changing(parameters, count);
            Tensor v = lab.changing(velocity, count);
            lab.backend().sgdStep(p, lab.given(gradients, count), v, rate, momentum);
            return List.of(new Output("parameters", p, () -> newParameters), new Output("v", v, () -> newVelocity));
        });
    }

    private static OperatorCase adam(int count, int step) {
        float rate = 0.1f;
        float beta1 = 0.9f;
        float beta2 = 0.999f;
        float epsilon = 1e-7f;
        double[] gradients = uniform(1, count);
        double[] m = uniform(2, count, -0.1, 0.1);
        double[] v = uniform(3, count, 0, 0.01);
        for (int i = 0; i < count; i += 4) {
            // A parameter that has hardly any gradient (epsilon decides), and one that never had one (no step at all).
            gradients[i] = i % 8 == 0 ? 1e-9f : 0;
            m[i] = 0;
            v[i] = 0;
        }
        // Small parameters, so that the error is one of the step and not hidden by what was there before.
        double[] parameters = uniform(4, count, -0.001, 0.001);
        double[] newParameters = parameters.clone();
        double[] newM = m.clone();
        double[] newV = v.clone();
        ReferenceTraining.adam(newParameters, gradients, newM, newV, rate, beta1, beta2, epsilon, step);
        return new OperatorCase("adamStep " + step + " of " + count, lab -> {
            Tensor p = lab.changing(parameters, count);
            Tensor first = lab.changing(m, count);
            Tensor second = lab.changing(v, count);
            Tensor g = lab.given(gradients, count);
            lab.backend().adamStep(p, g, first, second, rate, beta1, beta2, epsilon, step);
            return List.of(
                    new Output("parameters", p, () -> newParameters),
                    new Output("m", first, () -> newM),
                    new Output("v", second, () -> newV));
        });
    }

    private static OperatorCase sign(int count, float epsilon) {
        double[] in = uniform(1, count, 0, 1);
        double[] gradient = uniform(2, count);
        double[] special = {0.0, -0.0, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, -1e-30f};
        for (int i = 0; i < count; i += 3) {
            gradient[i] = floats(special)[i / 3 % special.length];
        }
        double[] expected = ReferenceTraining.sign(in, gradient, epsilon);
        return new OperatorCase("signStep of " + count + ", epsilon " + epsilon, lab -> {
            Tensor out = lab.roomyBlank(count);
            lab.backend().signStep(out, lab.roomy(in, count), lab.roomy(gradient, count), epsilon, count);
            return List.of(new Output("out", out, () -> expected));
        });
    }
}
