package imagespace.peers;

import imagespace.backend.ConvShape;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** By libtorch inside this JVM: channels_last, all cores; forward with bias and ReLU. */
final class TorchPasses implements Passes {
    private static final long[] ONE = {1, 1};
    private static final long[] NONE = {0, 0};

    private final long[] padding;
    private final long[] biasSizes;
    private final Tensor in;
    private final Tensor out;
    private final Tensor weights;
    private final TensorOptional bias;

    TorchPasses(ConvShape shape, int images) {
        torch.set_num_threads(Runtime.getRuntime().availableProcessors());
        padding = new long[] {shape.padTop(), shape.padLeft()}; // stride 1 and odd kernels: the same on both sides
        biasSizes = new long[] {shape.outChannels()};
        in = random(images, shape.inChannels(), shape.height(), shape.width());
        out = random(images, shape.outChannels(), shape.outHeight(), shape.outWidth());
        weights = random(shape.outChannels(), shape.inChannels(), shape.kernel(), shape.kernel());
        bias = new TensorOptional(torch.rand(shape.outChannels()));
    }

    private static Tensor random(long... sizes) {
        return torch.rand(sizes).contiguous(torch.MemoryFormat.ChannelsLast);
    }

    @Override
    public void forward() {
        try (var _ = new PointerScope()) {
            torch.relu_(torch.conv2d(in, weights, bias, ONE, padding, ONE, 1));
        }
    }

    @Override
    public void data() {
        backward(true, false);
    }

    @Override
    public void weights() {
        backward(false, true);
    }

    private void backward(boolean data, boolean weight) {
        try (var _ = new PointerScope()) {
            BoolPointer wanted = new BoolPointer(3).put(0, data).put(1, weight).put(2, false);
            torch.convolution_backward(
                    out, in, weights, biasSizes, ONE, padding, ONE, false, NONE, 1, wanted);
        }
    }

    @Override
    public void close() {
        // JavaCPP frees tensors when they are collected
    }
}
