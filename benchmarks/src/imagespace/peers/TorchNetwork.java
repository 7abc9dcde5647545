package imagespace.peers;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The reference networks in libtorch inside this JVM, with autograd and Adam: channels_last, all cores. */
public final class TorchNetwork implements Steps {
    private static final long[] ONE = {1, 1};
    private static final long[] FLAT = {-1, 64 * 6 * 6};
    private static final int MEAN = 1;
    private static final int IGNORE = -100;

    private final String name;
    private final List<Tensor> weights = new ArrayList<>();
    private final List<Tensor> biases = new ArrayList<>();
    private final Tensor images;
    private final Tensor labels;
    private final Scalar slope = new Scalar(0.2);
    private final Adam adam;

    /** @param name keras or allconv, on images of 32x32 and 10 classes */
    public TorchNetwork(String name, int batch) {
        torch.set_num_threads(Runtime.getRuntime().availableProcessors());
        this.name = name;
        images = torch.rand(batch, 3, 32, 32).contiguous(torch.MemoryFormat.ChannelsLast);
        labels = torch.randint(10, new long[] {batch}).to(torch.ScalarType.Long);
        int[] channels = name.equals("keras") ? new int[] {3, 32, 32, 64, 64} : new int[] {
            3, 64, 128, 128, 256, 256, 512, 10
        };
        for (int i = 1; i < channels.length; i++) {
            add(channels[i], channels[i - 1], 3, 3);
        }
        if (name.equals("keras")) {
            add(512, (int) FLAT[1]);
            add(10, 512);
        }
        TensorVector parameters = new TensorVector();
        weights.forEach(parameters::push_back);
        biases.forEach(parameters::push_back);
        adam = new Adam(parameters, new AdamOptions(1e-3));
    }

    private void add(long... sizes) {
        long inputs = 1;
        for (int i = 1; i < sizes.length; i++) {
            inputs *= sizes[i];
        }
        Tensor weight = torch.rand(sizes).sub_(new Scalar(0.5)).mul_(new Scalar(2 / Math.sqrt(inputs)));
        weights.add((sizes.length == 4 ? weight.contiguous(torch.MemoryFormat.ChannelsLast) : weight).set_requires_grad(
                true));
        biases.add(torch.zeros(sizes[0]).set_requires_grad(true));
    }

    private Tensor convolution(Tensor in, int layer, long padding) {
        return torch.conv2d(
                in,
                weights.get(layer),
                new TensorOptional(biases.get(layer)),
                ONE,
                new long[] {padding, padding},
                ONE,
                1);
    }

    private Tensor logits(boolean training) {
        return name.equals("keras") ? keras(training) : allconv();
    }

    private Tensor keras(boolean training) {
        Tensor x = torch.relu(convolution(torch.relu(convolution(images, 0, 1)), 1, 0));
        x = torch.dropout(torch.max_pool2d(x, 2, 2), 0.25, training);
        x = torch.relu(convolution(torch.relu(convolution(x, 2, 1)), 3, 0));
        x = torch.dropout(torch.max_pool2d(x, 2, 2), 0.25, training).reshape(FLAT);
        x = torch.relu(torch.linear(x, weights.get(4), new TensorOptional(biases.get(4))));
        return torch.linear(torch.dropout(x, 0.5, training), weights.get(5), new TensorOptional(biases.get(5)));
    }

    private Tensor allconv() {
        Tensor x = images;
        for (int layer = 0; layer < weights.size(); layer++) {
            x = torch.leaky_relu(convolution(x, layer, 1), slope);
            if (layer % 2 == 1) {
                x = torch.avg_pool2d(x, 2, 2);
            }
        }
        return x.mean(new long[] {2, 3}, false, new ScalarTypeOptional());
    }

    @Override
    public void train() {
        try (var _ = new PointerScope()) {
            adam.zero_grad();
            torch.cross_entropy_loss(logits(true), labels, new TensorOptional(), MEAN, IGNORE, 0.1)
                    .backward();
            adam.step();
        }
    }

    @Override
    public void infer() {
        try (var _ = new PointerScope();
                var _ = new NoGradGuard()) {
            logits(false);
        }
    }

    @Override
    public void close() {
        // JavaCPP frees tensors when they are collected
    }
}
