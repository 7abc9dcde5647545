package imagespace.backend;

import java.util.Map;

/**
 * The operators of a convolutional network, on one device. Forward and backward come in pairs.
 *
 * <p>Conventions: outputs first, then inputs, then shapes, then the number {@code n} of images (tensors may have room
 * for more; what lies beyond is left alone). NHWC throughout. Every gradient is <em>set</em>, never added to, unless its
 * Javadoc says otherwise. Operators are asynchronous where the device is: {@link #read} waits. A backend and its
 * tensors belong to one thread at a time.
 */
public interface Backend extends AutoCloseable {
    /** Name for ledgers and logs, such as "cpu". */
    String name();

    /** One line for people: device, vector width, threads. */
    String describe();

    /**
     * What of the choices made for this backend decides results, for the configuration of a run: names to texts and truth
     * values. Nothing for the CPU as it comes. How many threads there are decides nothing.
     */
    Map<String, Object> numerics();

    /** Whether operators get fast only by being used, as Java compiles them meanwhile. */
    default boolean isCompiledByUse() {
        return false;
    }

    /** A new tensor of zeros. */
    Tensor tensor(int... shape);

    /** Memory with a common end, see {@link #scope}. */
    interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Begins a scope: the tensors and pixels made until it is closed are gone from then on. Scopes nest, and are closed in
     * the reverse order. A training goes in a scope, so that a GPU's memory does not fill up run after run. Where Java
     * collects what is unused this does nothing.
     */
    default Scope scope() {
        return () -> {};
    }

    /**
     * Runs a step that is repeated often. A device may record the operators that the step calls, and replay them when it
     * comes again. So under one key a step always calls the same operators, with the same tensors and shapes; only ids,
     * positions, seeds, step numbers and written values may be others. It makes no tensors but the first time, reads
     * none, and repeats no other step within.
     *
     * @param key told apart by identity; forgotten with the scope that is open
     */
    default void repeat(Object key, Runnable step) {
        step.run();
    }

    /** A view of the values {@code offset ...} of a tensor, in another shape; no copy. */
    Tensor view(Tensor tensor, int offset, int... shape);

    /** Copies {@code values[0 .. count)} to the start of a tensor. */
    void write(Tensor to, float[] values, int count);

    /** Copies the first {@code count} values of a tensor to an array, after all work before is done. */
    void read(Tensor from, float[] values, int count);

    /** Sets every value of a tensor. */
    void fill(Tensor tensor, float value);

    /** Images kept on the device as bytes; made by {@link #upload}. */
    interface Pixels {}

    /**
     * Brings images to the device.
     *
     * @param nhwc bytes 0 .. 255, [count, height, width, channels]; kept, not copied, where the device is the host
     */
    Pixels upload(byte[] nhwc, int height, int width, int channels);

    /**
     * Puts a batch together: scales bytes to [0, 1], augments, and makes noise samples.
     *
     * @param out [n, height, width, channels], set
     * @param ids the samples are {@code ids[from .. from + n)}. An id of 0 or more is an image of {@code pixels}; a
     *     negative one is noise sample -1 - id, uniform in 0 .. 255 per pixel and channel ({@link RandomStream#NOISE})
     * @param noiseSeed key of the noise: the same noise sample is the same image in every epoch
     * @param augmentSeed key of the augmentation ({@link RandomStream#AUGMENT}), drawn for position {@code from + i}
     */
    void assemble(
            Tensor out,
            Pixels pixels,
            int[] ids,
            int from,
            Augmentation augmentation,
            long noiseSeed,
            long augmentSeed,
            int n);

    /** out = activation(in * weights + bias). Out [n, oh, ow, co]; in [n, h, w, ci]; weights [k, k, ci, co]. */
    void convForward(Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, ConvShape shape, int n);

    /** Sets dIn [n, h, w, ci] from dOut [n, oh, ow, co], the gradient before the activation. */
    void convBackwardData(Tensor dIn, Tensor dOut, Tensor weights, ConvShape shape, int n);

    /** Sets dWeights [k, k, ci, co] from dOut, the gradient before the activation, and the layer's input. */
    void convBackwardWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape shape, int n);

    /** out = activation(in * weights + bias). Out [n, outputs]; in [n, inputs]; weights [inputs, outputs]. */
    void denseForward(
            Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, int inputs, int outputs, int n);

    /** Sets dIn [n, inputs] = dOut * transposed weights. */
    void denseBackwardData(Tensor dIn, Tensor dOut, Tensor weights, int inputs, int outputs, int n);

    /** Sets dWeights [inputs, outputs] = transposed in * dOut. */
    void denseBackwardWeights(Tensor dWeights, Tensor dOut, Tensor in, int inputs, int outputs, int n);

    /**
     * Back through activation and bias: multiplies dOut [rows, channels] in place by the derivative of the activation,
     * read off the sign of {@code out}, and sets dBias [channels] to its column sums.
     */
    void activationBackward(Tensor dOut, Tensor dBias, Tensor out, Activation activation, int rows, int channels);

    /** out = maximum over each window. */
    void maxPoolForward(Tensor out, Tensor in, PoolShape shape, int n);

    /** Sets dIn: each window's gradient goes to its first maximum in row-major order; windows that overlap add up. */
    void maxPoolBackward(Tensor dIn, Tensor dOut, Tensor out, Tensor in, PoolShape shape, int n);

    /** out = mean over each window. */
    void averagePoolForward(Tensor out, Tensor in, PoolShape shape, int n);

    /** Sets dIn: each window's gradient is shared out evenly; windows that overlap add up. */
    void averagePoolBackward(Tensor dIn, Tensor dOut, PoolShape shape, int n);

    /**
     * A convolution, its activation and an average pooling: {@link #convForward} and {@link #averagePoolForward} in one. A
     * backend may have one pass for activation and pooling.
     *
     * @param out set, [n, h', w', co]
     * @param convOut set to the output of the convolution, which is the input of the pooling, [n, h, w, co]
     */
    default void convAveragePoolForward(
            Tensor out,
            Tensor convOut,
            Tensor in,
            Tensor weights,
            Tensor bias,
            Activation activation,
            ConvShape conv,
            PoolShape pool,
            int n) {
        convForward(convOut, in, weights, bias, activation, conv, n);
        averagePoolForward(out, convOut, pool, n);
    }

    /**
     * The way back through an average pooling and the activation and bias of the convolution before it:
     * {@link #averagePoolBackward} and {@link #activationBackward} in one. A backend may have one pass for both.
     *
     * @param dIn set to the gradient before the activation, [n, h, w, c]
     * @param dBias set, [c]
     * @param in the output of the convolution, which is the input of the pooling
     */
    default void averagePoolActivationBackward(
            Tensor dIn, Tensor dBias, Tensor dOut, Tensor in, Activation activation, PoolShape shape, int n) {
        averagePoolBackward(dIn, dOut, shape, n);
        activationBackward(dIn, dBias, in, activation, n * shape.height() * shape.width(), shape.channels());
    }

    /**
     * The way back through a dropout, a maximum pooling, and the activation and bias of the convolution before it: {@link
     * #dropoutBackward}, {@link #activationBackward} and {@link #maxPoolBackward} in one. An activation that does not
     * decrease keeps the maximum where it is, and only maxima get a gradient: so it is gone through on the pooled values,
     * which are fewer. A backend may have one pass for all.
     *
     * @param dIn set to the gradient before the activation, [n, h, w, c]
     * @param dBias set, [c]
     * @param dOut the gradient behind the dropout, [n, h', w', c]; may be changed
     * @param mask of the dropout, or null if there is none
     * @param out the pooled values
     * @param in the output of the convolution, which is the input of the pooling
     */
    default void maxPoolActivationBackward(
            Tensor dIn,
            Tensor dBias,
            Tensor dOut,
            Tensor mask,
            Tensor out,
            Tensor in,
            Activation activation,
            PoolShape shape,
            int n) {
        if (mask != null) {
            dropoutBackward(dOut, dOut, mask, n * shape.outputSize());
        }
        activationBackward(dOut, dBias, out, activation, n * shape.outHeight() * shape.outWidth(), shape.channels());
        maxPoolBackward(dIn, dOut, out, in, shape, n);
    }

    /**
     * The way back through a convolution, and the activation and bias of the layer before it: {@link #convBackwardData} and
     * {@link #activationBackward} in one. A backend may have one pass for both.
     *
     * @param dIn set to the gradient before that activation, [n, h, w, ci]
     * @param dBias of the layer before, set, [ci]
     * @param in the convolution's input, which is the activation's output
     */
    default void convActivationBackwardData(
            Tensor dIn,
            Tensor dBias,
            Tensor dOut,
            Tensor weights,
            Tensor in,
            Activation activation,
            ConvShape shape,
            int n) {
        convBackwardData(dIn, dOut, weights, shape, n);
        activationBackward(dIn, dBias, in, activation, n * shape.height() * shape.width(), shape.inChannels());
    }

    /**
     * A convolution with the pooling that follows it. The default is one after the other.
     *
     * @param pool of the convolution's output; windows may overlap
     * @param room largest batch
     */
    default PooledConvolution pooledConvolution(
            ConvShape conv, Activation activation, PooledConvolution.Kind kind, PoolShape pool, int room) {
        return new SeparatePooling(this, conv, activation, kind, pool, room);
    }

    /**
     * Inverted dropout: mask is 0 with probability {@code rate}, else 1 / (1 - rate), and out = in * mask.
     *
     * <p>Value i is dropped if half-word i (low half first) of the stream {@link RandomStream#DROPOUT} of
     * {@code seed} is below rate * 65536: half-word i is draw i / 2, low half for even i.
     */
    void dropoutForward(Tensor out, Tensor mask, Tensor in, float rate, long seed, int count);

    /** Sets dIn = dOut * mask. */
    void dropoutBackward(Tensor dIn, Tensor dOut, Tensor mask, int count);

    /** Probabilities [n, classes] from logits [n, classes]. */
    void softmax(Tensor probabilities, Tensor logits, int classes, int n);

    /**
     * Softmax and the weighted cross-entropy of equations 1 and 2: L = -sum w log p_y / sum w, with label smoothing.
     *
     * @param dLogits set to w[i] / sum(w) * (p - target), [n, classes]
     * @param probabilities set, [n, classes]
     * @param totals [3], <em>added to</em>: sum of w * loss, sum of w, number of samples whose largest probability is
     *     the label's
     * @param labels class indices as floats (exact), [n]
     * @param weights w, [n]; where all are zero, so are the gradients
     * @param smoothing eps: the target is (1 - eps) * onehot + eps / classes
     */
    void softmaxCrossEntropy(
            Tensor dLogits,
            Tensor probabilities,
            Tensor totals,
            Tensor logits,
            Tensor labels,
            Tensor weights,
            float smoothing,
            int classes,
            int n);

    /**
     * SGD with momentum (PyTorch's form): velocity = momentum * velocity + gradient; parameter -= rate * velocity.
     */
    void sgdStep(Tensor parameters, Tensor gradients, Tensor velocity, float rate, float momentum);

    /**
     * Adam (Kingma and Ba, algorithm 1): moments m and v are updated, then parameter -= rate * mHat / (sqrt(vHat) + eps).
     *
     * @param step 1 for the first step; corrects the bias of the moments
     */
    void adamStep(
            Tensor parameters,
            Tensor gradients,
            Tensor m,
            Tensor v,
            float rate,
            float beta1,
            float beta2,
            float epsilon,
            int step);

    /** The FGSM step: out = clip(in + eps * sign(gradient), 0, 1); sign(0) = 0. */
    void signStep(Tensor out, Tensor in, Tensor gradient, float epsilon, int count);

    /** Waits for all work and frees the device's memory. */
    @Override
    void close();
}
