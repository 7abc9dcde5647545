package imagespace.attack;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.Tensor;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.nn.Network;
import imagespace.train.Predictions;
import imagespace.train.Progress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fast gradient sign method (Goodfellow et al., 2015), as section 4.3 uses it: x' = clip(x + eps * sign(gradient of
 * the cross-entropy at x), 0, 1). The attacker knows the network; dropout is off.
 *
 * <p>The label in the cross-entropy is by default the network's own prediction, as in CleverHans, so that the attack does
 * not leak the true label.
 */
public final class Fgsm {
    /** Whose label the attack leads away from. */
    public enum Label {
        PREDICTED,
        TRUE
    }

    private final Backend backend;
    private final Network network;
    private final int batch;
    private final Label label;
    private final Tensor images; // [batch, height, width, channels]
    private final Tensor labels; // [batch]
    private final Tensor weights; // [batch], all 1
    private final Tensor probabilities; // [batch, classes]
    private final Tensor totals; // [3], not looked at
    private final float[] logits; // [batch, classes], on the host
    private final float[] labelBatch; // [batch]
    /** Of what is repeated: by pixels, by name, or by the size of a step. */
    private final Map<Object, Object> keys = new HashMap<>();

    /** @param batch largest batch, at most the network's room */
    public Fgsm(Backend backend, Network network, int batch, Label label) {
        this.backend = backend;
        this.network = network;
        this.batch = batch;
        this.label = label;
        int[] shape = network.input().shape();
        shape[0] = batch;
        images = backend.tensor(shape);
        labels = backend.tensor(batch);
        weights = backend.tensor(batch);
        backend.fill(weights, 1);
        probabilities = backend.tensor(batch, network.classes());
        totals = backend.tensor(3);
        logits = new float[batch * network.classes()];
        labelBatch = new float[batch];
    }

    /**
     * Accuracy under attack.
     *
     * @param eps sizes of the perturbation, in [0, 1]; 0 stands for the images as they are
     * @return for each eps the share of samples that are still classified correctly
     */
    public double[] accuracy(Dataset samples, List<Double> eps, Progress progress) {
        Pixels pixels = upload(samples.images());
        int[] right = new int[eps.size()];
        for (int from = 0; from < samples.size(); from += batch) {
            int n = Math.min(batch, samples.size() - from);
            inputGradient(samples, pixels, from, n);
            for (int e = 0; e < right.length; e++) {
                float size = eps.get(e).floatValue();
                repeat(eps.get(e), n, () -> {
                    step(size, n);
                    network.forward(n, false, 0);
                });
                right[e] += right(samples.labels(), from, n);
            }
            progress.advance(n);
        }
        double[] accuracy = new double[right.length];
        for (int e = 0; e < right.length; e++) {
            accuracy[e] = (double) right[e] / samples.size();
        }
        return accuracy;
    }

    /**
     * Attacked images, [samples, height, width, channels], values in [0, 1].
     *
     * @param samples at most a batch
     */
    public float[] attacked(Dataset samples, double eps) {
        attack(samples, upload(samples.images()), eps);
        float[] values = new float[samples.size() * samples.images().imageSize()];
        backend.read(network.input(), values, values.length);
        return values;
    }

    /**
     * Leaves attacked images in {@link Network#input}.
     *
     * @param samples at most a batch
     * @param pixels their images, as {@link #upload} gives them
     */
    public void attack(Dataset samples, Pixels pixels, double eps) {
        inputGradient(samples, pixels, 0, samples.size());
        step((float) eps, samples.size());
    }

    /** Runs what is done for every batch: of full ones always the same, with the same tensors. */
    private void repeat(Object what, int n, Runnable step) {
        if (n == batch) {
            backend.repeat(keys.computeIfAbsent(what, w -> new Object()), step);
        } else {
            step.run();
        }
    }

    /** Images where the backend computes. */
    public Pixels upload(Images source) {
        return backend.upload(source.pixels(), source.height(), source.width(), source.channels());
    }

    /** Sets {@link Network#dInput} for samples, which come into {@link Network#input}. */
    private void inputGradient(Dataset samples, Pixels pixels, int from, int n) {
        repeat(pixels, n, () -> {
            backend.assemble(images, pixels, samples.ids(), from, Augmentation.NONE, 0, 0, n);
            backend.assemble(network.input(), pixels, samples.ids(), from, Augmentation.NONE, 0, 0, n);
            network.forward(n, false, 0);
        });
        chooseLabels(samples.labels(), from, n);
        repeat("gradient", n, () -> {
            backend.write(labels, labelBatch, n);
            backend.softmaxCrossEntropy(
                    network.dLogits(),
                    probabilities,
                    totals,
                    network.logits(),
                    labels,
                    weights,
                    0,
                    network.classes(),
                    n);
            network.backwardToInput(n);
        });
    }

    /** Puts the attacked images into {@link Network#input}; forward passes leave the gradient alone. */
    private void step(float eps, int n) {
        backend.signStep(network.input(), images, network.dInput(), eps, n * imageSize());
    }

    private int imageSize() {
        return network.input().size() / network.input().shape()[0];
    }

    private void chooseLabels(int[] trueLabels, int from, int n) {
        if (label == Label.PREDICTED) {
            readLogits(n);
        }
        for (int i = 0; i < n; i++) {
            labelBatch[i] = label == Label.PREDICTED ? predicted(i) : trueLabels[from + i];
        }
    }

    private int right(int[] trueLabels, int from, int n) {
        readLogits(n);
        int right = 0;
        for (int i = 0; i < n; i++) {
            if (predicted(i) == trueLabels[from + i]) {
                right++;
            }
        }
        return right;
    }

    private void readLogits(int n) {
        backend.read(network.logits(), logits, n * network.classes());
    }

    private int predicted(int i) {
        return Predictions.largest(logits, i * network.classes(), network.classes());
    }
}
