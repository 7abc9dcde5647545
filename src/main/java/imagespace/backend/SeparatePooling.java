package imagespace.backend;

/** A pooled convolution as two operators with everything between them in memory: what any backend can do. */
final class SeparatePooling implements PooledConvolution {
    private final Backend backend;
    private final ConvShape conv;
    private final Activation activation;
    private final Kind kind;
    private final PoolShape pool;
    private final Tensor convOut;
    /** Made when the first backward pass needs it. */
    private Tensor dConvOut;

    SeparatePooling(Backend backend, ConvShape conv, Activation activation, Kind kind, PoolShape pool, int room) {
        this.backend = backend;
        this.conv = conv;
        this.activation = activation;
        this.kind = kind;
        this.pool = pool;
        convOut = backend.tensor(room, conv.outHeight(), conv.outWidth(), conv.outChannels());
    }

    @Override
    public void forward(Tensor out, Tensor in, Tensor weights, Tensor bias, int n) {
        switch (kind) {
            case MAXIMUM -> {
                backend.convForward(convOut, in, weights, bias, activation, conv, n);
                backend.maxPoolForward(out, convOut, pool, n);
            }
            case AVERAGE -> backend.convAveragePoolForward(out, convOut, in, weights, bias, activation, conv, pool, n);
        }
    }

    @Override
    public void backwardActivation(Tensor dOut, Tensor mask, Tensor dBias, Tensor out, int n) {
        if (dConvOut == null) {
            dConvOut = backend.tensor(convOut.shape());
        }
        switch (kind) {
            case MAXIMUM ->
                backend.maxPoolActivationBackward(dConvOut, dBias, dOut, mask, out, convOut, activation, pool, n);
            case AVERAGE -> {
                if (mask != null) {
                    backend.dropoutBackward(dOut, dOut, mask, n * pool.outputSize());
                }
                backend.averagePoolActivationBackward(dConvOut, dBias, dOut, convOut, activation, pool, n);
            }
        }
    }

    @Override
    public void backwardWeights(Tensor dWeights, Tensor dOut, Tensor in, int n) {
        backend.convBackwardWeights(dWeights, dConvOut, in, conv, n);
    }

    @Override
    public void backwardData(Tensor dIn, Tensor dOut, Tensor weights, int n) {
        backend.convBackwardData(dIn, dConvOut, weights, conv, n);
    }

    @Override
    public void activationBackwardData(
            Tensor dIn, Tensor dBias, Tensor dOut, Tensor weights, Tensor in, Activation before, int n) {
        backend.convActivationBackwardData(dIn, dBias, dConvOut, weights, in, before, conv, n);
    }
}
