package imagespace.backend;

/**
 * A convolution, its activation, and the pooling that follows, as one operator; made by {@link
 * Backend#pooledConvolution}. What is pooled is of no use to anybody else, so a backend may pool values while it has them
 * in the cache, and never store them.
 *
 * <p>The tensors {@code out} and {@code dOut} are the pooled ones, [n, oh, ow, co]. The passes back are called after
 * {@link #forward} of the same batch, {@link #backwardActivation} first.
 */
public interface PooledConvolution {
    /** What becomes of a window. */
    enum Kind {
        MAXIMUM,
        AVERAGE
    }

    /** out = pool(activation(in * weights + bias)). */
    void forward(Tensor out, Tensor in, Tensor weights, Tensor bias, int n);

    /**
     * Back through the dropout that follows, if any, pooling, activation and bias: sets dBias [co]. May change dOut, the
     * gradient behind the dropout.
     *
     * @param mask of the dropout, or null if there is none
     */
    void backwardActivation(Tensor dOut, Tensor mask, Tensor dBias, Tensor out, int n);

    /** Sets dWeights [k, k, ci, co] from what {@link #backwardActivation} left. */
    void backwardWeights(Tensor dWeights, Tensor dOut, Tensor in, int n);

    /** Sets dIn [n, h, w, ci] from what {@link #backwardActivation} left. */
    void backwardData(Tensor dIn, Tensor dOut, Tensor weights, int n);

    /**
     * The same through the activation and bias of the layer before, as {@link Backend#convActivationBackwardData}.
     *
     * @param in the convolution's input, which is the output of that activation
     */
    void activationBackwardData(
            Tensor dIn, Tensor dBias, Tensor dOut, Tensor weights, Tensor in, Activation before, int n);
}
