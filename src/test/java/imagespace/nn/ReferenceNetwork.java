package imagespace.nn;

import imagespace.backend.ConvShape;
import imagespace.backend.PoolShape;
import imagespace.backend.ReferenceOperators;
import imagespace.backend.ReferenceTraining;
import imagespace.backend.ReferenceTraining.Loss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network in float64, one image batch through all layers and back, made of {@link ReferenceOperators}. Dropout is not
 * there, as in prediction.
 */
public final class ReferenceNetwork {
    private final Architecture architecture;
    private final double[] parameters;
    private final int n;
    private final int[] labels;
    private final double[] weights;
    private final double smoothing;

    /** Gradient of the weighted mean of the loss by the parameters. */
    final double[] gradients;
    /** Which of the parameters belong to which layer. */
    final List<Block> blocks = new ArrayList<>();

    private Loss loss;
    private double[] logits;
    private final double[] dInput;

    /** Weights or bias of a layer: parameters [from, to). */
    record Block(String name, int from, int to) {}

    /** Runs the whole: the results are read off afterwards. */
    public ReferenceNetwork(
            Architecture architecture,
            double[] parameters,
            double[] images,
            int[] labels,
            double[] weights,
            double smoothing) {
        this.architecture = architecture;
        this.parameters = parameters;
        this.n = labels.length;
        this.labels = labels;
        this.weights = weights;
        this.smoothing = smoothing;
        gradients = new double[parameters.length];
        dInput = through(0, architecture.height(), architecture.width(), architecture.channels(), 0, images);
    }

    public double loss() {
        return loss.mean();
    }

    public double[] logits() {
        return logits;
    }

    double[] dInput() {
        return dInput;
    }

    /** Forward through the layers from {@code index} on, and back: returns the gradient by their input. */
    private double[] through(int index, int height, int width, int channels, int at, double[] in) {
        if (index == architecture.layers().size()) {
            logits = in;
            loss = ReferenceTraining.crossEntropy(in, labels, weights, smoothing, in.length / n);
            return loss.dLogits();
        }
        return switch (architecture.layers().get(index)) {
            case Layer.Conv l -> {
                ConvShape s = ConvShape.of(height, width, channels, l.filters(), l.kernel(), l.stride(), l.padding());
                double[] w = block("weights of layer " + index, at, s.weightSize());
                double[] b = block("bias of layer " + index, at + w.length, l.filters());
                double[] out = ReferenceOperators.convForward(in, w, b, l.activation(), s, n);
                int next = at + w.length + b.length;
                double[] d = through(index + 1, s.outHeight(), s.outWidth(), l.filters(), next, out);
                d = ReferenceOperators.activationBackward(d, out, l.activation());
                put(ReferenceOperators.convBackwardWeights(d, in, s, n), at);
                put(ReferenceOperators.columnSums(d, b.length), at + w.length);
                yield ReferenceOperators.convBackwardData(d, w, s, n);
            }
            case Layer.Dense l -> {
                int inputs = height * width * channels;
                double[] w = block("weights of layer " + index, at, inputs * l.units());
                double[] b = block("bias of layer " + index, at + w.length, l.units());
                double[] out = ReferenceOperators.denseForward(in, w, b, l.activation(), inputs, l.units(), n);
                double[] d = through(index + 1, 1, 1, l.units(), at + w.length + b.length, out);
                d = ReferenceOperators.activationBackward(d, out, l.activation());
                put(ReferenceOperators.denseBackwardWeights(d, in, inputs, l.units(), n), at);
                put(ReferenceOperators.columnSums(d, b.length), at + w.length);
                yield ReferenceOperators.denseBackwardData(d, w, inputs, l.units(), n);
            }
            case Layer.MaxPool l -> {
                PoolShape s = new PoolShape(height, width, channels, l.size(), l.size());
                double[] out = ReferenceOperators.maxPoolForward(in, s, n);
                double[] d = through(index + 1, s.outHeight(), s.outWidth(), channels, at, out);
                yield ReferenceOperators.maxPoolBackward(d, in, s, n);
            }
            case Layer.AveragePool l ->
                average(index, new PoolShape(height, width, channels, l.size(), l.size()), at, in);
            case Layer.GlobalAveragePool l ->
                average(index, new PoolShape(height, width, channels, height, height), at, in);
            case Layer.Dropout l -> through(index + 1, height, width, channels, at, in);
        };
    }

    private double[] average(int index, PoolShape s, int at, double[] in) {
        double[] out = ReferenceOperators.averagePoolForward(in, s, n);
        double[] d = through(index + 1, s.outHeight(), s.outWidth(), s.channels(), at, out);
        return ReferenceOperators.averagePoolBackward(d, s, n);
    }

    private double[] block(String name, int from, int count) {
        blocks.add(new Block(name, from, from + count));
        return Arrays.copyOfRange(parameters, from, from + count);
    }

    private void put(double[] gradient, int at) {
        System.arraycopy(gradient, 0, gradients, at, gradient.length);
    }
}
