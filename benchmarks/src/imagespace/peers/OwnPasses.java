package imagespace.peers;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.ConvShape;
import imagespace.backend.Tensor;
import imagespace.backend.cpu.CpuBackend;
import java.util.Locale;

/** Ours, on all cores; forward with bias and ReLU. */
final class OwnPasses implements Passes {
    private final Backend backend;
    private final ConvShape shape;
    private final int images;
    private final Tensor in;
    private final Tensor out;
    private final Tensor weights;
    private final Tensor bias;
    private final Tensor dIn;
    private final Tensor dWeights;

    OwnPasses(String algorithm, ConvShape shape, int images) {
        this.shape = shape;
        this.images = images;
        backend = new CpuBackend(0, ConvAlgorithm.valueOf(algorithm.toUpperCase(Locale.ROOT)));
        in = filled(images * shape.inputSize());
        out = filled(images * shape.outputSize());
        weights = filled(shape.weightSize());
        bias = filled(shape.outChannels());
        dIn = filled(images * shape.inputSize());
        dWeights = filled(shape.weightSize());
    }

    /** Small numbers, none of them subnormal. */
    private Tensor filled(int size) {
        Tensor tensor = backend.tensor(size);
        backend.fill(tensor, 0.01f);
        return tensor;
    }

    @Override
    public void forward() {
        backend.convForward(out, in, weights, bias, Activation.RELU, shape, images);
    }

    @Override
    public void data() {
        backend.convBackwardData(dIn, out, weights, shape, images);
    }

    @Override
    public void weights() {
        backend.convBackwardWeights(dWeights, out, in, shape, images);
    }

    @Override
    public void close() {
        backend.close();
    }
}
