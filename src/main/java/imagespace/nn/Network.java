package imagespace.nn;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.ConvShape;
import imagespace.backend.PoolShape;
import imagespace.backend.PooledConvolution;
import imagespace.backend.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An {@link Architecture} on a {@link Backend}: parameters, buffers for batches of up to {@code room} images, and the
 * two passes. It computes; what is a batch, a loss or an update is for others to say.
 *
 * <p>All parameters lie in one tensor, layer after layer, weights before bias, so that an optimiser takes one pass. All
 * memory is taken here and in the first backward pass.
 */
public final class Network {
    private final Architecture architecture;
    private final int classes;
    private final Tensor parameters;
    private final Tensor gradients;
    private final Node input;
    private final List<Node> nodes = new ArrayList<>();

    /**
     * @param room largest batch
     * @param seed of the initial weights
     */
    public Network(Backend backend, Architecture architecture, int room, long seed) {
        this.architecture = architecture;
        float[] start = initialParameters(architecture, seed);
        parameters = backend.tensor(start.length);
        gradients = backend.tensor(start.length);
        backend.write(parameters, start, start.length);
        input = new Node.Input(backend, room, architecture.height(), architecture.width(), architecture.channels());
        Node last = input;
        int offset = 0;
        List<Geometry> all = geometries(architecture);
        for (int i = 0; i < all.size(); i++) {
            Geometry g = all.get(i);
            if (g.isConv() && i + 1 < all.size() && all.get(i + 1).isPool()) {
                last = pooledConv(backend, last, room, g, all.get(++i), offset);
            } else {
                last = node(backend, last, room, i, g, offset);
            }
            offset += g.weights() + g.biases();
            nodes.add(last);
        }
        int[] shape = last.out.shape();
        classes = last.out.size() / shape[0];
    }

    /**
     * A layer with the size of its input worked out.
     *
     * @param window side of the pooling windows that follow, else 1
     */
    private record Geometry(Layer layer, int height, int width, int channels, int window) {
        /** Without the rows and columns that fill no window of the pooling that follows: nobody looks at them. */
        ConvShape conv() {
            Layer.Conv c = (Layer.Conv) layer;
            ConvShape all = ConvShape.of(height, width, channels, c.filters(), c.kernel(), c.stride(), c.padding());
            boolean fits = window <= all.outHeight() && window <= all.outWidth();
            return fits
                    ? all.withOutput(all.outHeight() / window * window, all.outWidth() / window * window)
                    : all; // the pooling will say what is wrong
        }

        int inputs() {
            return height * width * channels;
        }

        int weights() {
            return switch (layer) {
                case Layer.Conv c -> conv().weightSize();
                case Layer.Dense d -> inputs() * d.units();
                default -> 0;
            };
        }

        int biases() {
            return switch (layer) {
                case Layer.Conv c -> c.filters();
                case Layer.Dense d -> d.units();
                default -> 0;
            };
        }

        boolean isConv() {
            return layer instanceof Layer.Conv;
        }

        boolean isPool() {
            return switch (layer) {
                case Layer.MaxPool p -> true;
                case Layer.AveragePool p -> true;
                case Layer.GlobalAveragePool p -> true;
                default -> false;
            };
        }

        PooledConvolution.Kind kind() {
            return layer instanceof Layer.MaxPool ? PooledConvolution.Kind.MAXIMUM : PooledConvolution.Kind.AVERAGE;
        }

        PoolShape pool() {
            return switch (layer) {
                case Layer.MaxPool p -> new PoolShape(height, width, channels, p.size(), p.size());
                case Layer.AveragePool p -> new PoolShape(height, width, channels, p.size(), p.size());
                default -> {
                    if (height != width) {
                        throw new IllegalArgumentException(
                                "global pooling wants square images, not " + height + "x" + width);
                    }
                    yield new PoolShape(height, width, channels, height, height);
                }
            };
        }

        /** The next layer's input. */
        Geometry next(Layer following, int window) {
            return switch (layer) {
                case Layer.Conv c ->
                    new Geometry(following, conv().outHeight(), conv().outWidth(), c.filters(), window);
                case Layer.Dense d -> new Geometry(following, 1, 1, d.units(), window);
                case Layer.Dropout d -> new Geometry(following, height, width, channels, window);
                case Layer.MaxPool p ->
                    new Geometry(following, pool().outHeight(), pool().outWidth(), channels, window);
                case Layer.AveragePool p ->
                    new Geometry(following, pool().outHeight(), pool().outWidth(), channels, window);
                case Layer.GlobalAveragePool p -> new Geometry(following, 1, 1, channels, window);
            };
        }
    }

    private static List<Geometry> geometries(Architecture a) {
        List<Geometry> result = new ArrayList<>();
        for (int i = 0; i < a.layers().size(); i++) {
            Layer layer = a.layers().get(i);
            int window = i + 1 < a.layers().size() ? window(a.layers().get(i + 1)) : 1;
            result.add(
                    i == 0
                            ? new Geometry(layer, a.height(), a.width(), a.channels(), window)
                            : result.getLast().next(layer, window));
        }
        return result;
    }

    /**
     * A part of the parameters: the weights or the bias of a layer.
     *
     * @param name such as "layers.0.weight", by the layer's place in the architecture
     * @param offset of its first value in {@link #parameters}
     * @param shape [k, k, inputs, outputs] of a convolution, [inputs, outputs] of a dense layer, [outputs] of a bias
     */
    public record Block(String name, int offset, int... shape) {
        /** Number of values. */
        public int size() {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact);
        }
    }

    /** Where the parameters of an architecture lie. */
    public static List<Block> layout(Architecture architecture) {
        List<Block> blocks = new ArrayList<>();
        List<Geometry> all = geometries(architecture);
        int offset = 0;
        for (int i = 0; i < all.size(); i++) {
            Geometry g = all.get(i);
            if (g.layer() instanceof Layer.Conv c) {
                blocks.add(new Block(
                        "layers." + i + ".weight", offset, c.kernel(), c.kernel(), g.channels(), c.filters()));
            } else if (g.layer() instanceof Layer.Dense d) {
                blocks.add(new Block("layers." + i + ".weight", offset, g.inputs(), d.units()));
            }
            if (g.biases() > 0) {
                blocks.add(new Block("layers." + i + ".bias", offset + g.weights(), g.biases()));
            }
            offset += g.weights() + g.biases();
        }
        return blocks;
    }

    private static int window(Layer layer) {
        return switch (layer) {
            case Layer.MaxPool p -> p.size();
            case Layer.AveragePool p -> p.size();
            default -> 1;
        };
    }

    private static float[] initialParameters(Architecture architecture, long seed) {
        List<Geometry> all = geometries(architecture);
        float[] start =
                new float[all.stream().mapToInt(g -> g.weights() + g.biases()).sum()];
        int offset = 0;
        for (Geometry g : all) {
            int area = g.layer() instanceof Layer.Conv c ? c.kernel() * c.kernel() : 1;
            int fanIn = g.layer() instanceof Layer.Dense ? g.inputs() : area * g.channels();
            architecture.initializer().fill(start, offset, g.weights(), fanIn, area * g.biases(), seed);
            offset += g.weights() + g.biases();
        }
        return start;
    }

    /** Fails with an IllegalArgumentException that says why, if the architecture does not fit its images. */
    public static void check(Architecture architecture) {
        for (Geometry g : geometries(architecture)) {
            switch (g.layer()) {
                case Layer.Conv c -> g.conv();
                case Layer.Dense d -> {}
                case Layer.Dropout d -> {}
                default -> g.pool();
            }
        }
    }

    private Node pooledConv(Backend backend, Node previous, int room, Geometry g, Geometry pool, int offset) {
        Activation activation = ((Layer.Conv) g.layer()).activation();
        return new Node.PooledConv(
                backend,
                previous,
                room,
                g.conv(),
                activation,
                pool.kind(),
                pool.pool(),
                parametersAt(backend, g, offset));
    }

    private Node node(Backend backend, Node previous, int room, int layer, Geometry g, int offset) {
        return switch (g.layer()) {
            case Layer.Conv c ->
                new Node.Conv(backend, previous, room, g.conv(), c.activation(), parametersAt(backend, g, offset));
            case Layer.Dense d ->
                new Node.Dense(
                        backend,
                        previous,
                        room,
                        g.inputs(),
                        d.units(),
                        d.activation(),
                        parametersAt(backend, g, offset));
            case Layer.Dropout d -> new Node.Dropout(backend, previous, room, layer, d.rate());
            case Layer.MaxPool p -> new Node.Pool(backend, previous, room, g.kind(), g.pool());
            case Layer.AveragePool p -> new Node.Pool(backend, previous, room, g.kind(), g.pool());
            case Layer.GlobalAveragePool p -> new Node.Pool(backend, previous, room, g.kind(), g.pool());
        };
    }

    private Node.Parameters parametersAt(Backend backend, Geometry g, int offset) {
        int biasAt = offset + g.weights();
        return new Node.Parameters(
                backend.view(parameters, offset, g.weights()),
                backend.view(parameters, biasAt, g.biases()),
                backend.view(gradients, offset, g.weights()),
                backend.view(gradients, biasAt, g.biases()));
    }

    /** The architecture it was made from. */
    public Architecture architecture() {
        return architecture;
    }

    /** Number of categories. */
    public int classes() {
        return classes;
    }

    /** All weights and biases. */
    public Tensor parameters() {
        return parameters;
    }

    /** Gradient of the loss by {@link #parameters}, set by {@link #backward}. */
    public Tensor gradients() {
        return gradients;
    }

    /** Where a batch goes, [room, height, width, channels], values in [0, 1]. */
    public Tensor input() {
        return input.out;
    }

    /** What {@link #forward} sets, [room, classes]. */
    public Tensor logits() {
        return nodes.getLast().output(false);
    }

    /** Where the gradient of the loss by the logits goes before {@link #backward}, [room, classes]. */
    public Tensor dLogits() {
        return nodes.getLast().gradient(false);
    }

    /** What {@link #backwardToInput} sets: the gradient of the loss by the images, [room, height, width, channels]. */
    public Tensor dInput() {
        return input.gradient(false);
    }

    /**
     * Logits of the first n images of {@link #input}.
     *
     * @param training whether dropout drops
     * @param seed of the dropout masks of this step; one seed serves all layers
     */
    public void forward(int n, boolean training, long seed) {
        for (int i = 0; i < nodes.size(); i++) {
            nodes.get(i).forward(n, training, seed);
        }
    }

    /** Sets {@link #gradients} from {@link #dLogits}; {@code training} as in the forward pass before. */
    public void backward(int n, boolean training) {
        nodes.getLast().backwardActivation(n, training);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).backward(n, training, true, i > 0);
        }
    }

    /**
     * Sets {@link #dInput} from {@link #dLogits}, as an attack wants it: dropout off, and the gradients of the weights are
     * not computed (those of the biases are left undefined).
     */
    public void backwardToInput(int n) {
        nodes.getLast().backwardActivation(n, false);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).backward(n, false, false, true);
        }
    }
}
