package imagespace.nn;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.ConvShape;
import imagespace.backend.PoolShape;
import imagespace.backend.Tensor;

/**
 * A layer at run time: its output, the gradient of its output, and how to compute the one from the previous node's
 * output and the previous node's gradient from the other.
 *
 * <p>{@code forward} sets {@link #output}; {@code backward} reads {@link #gradient}, and sets the gradients of the node's
 * parameters and the previous node's gradient, each if somebody wants it.
 */
abstract class Node {
    final Backend backend;
    final Node previous;
    /** [room, height, width, channels] or [room, values]. */
    final Tensor out;
    /** Gradient of the loss by {@code out}; made when the first backward pass needs it. */
    private Tensor dOut;

    Node(Backend backend, Node previous, int... outShape) {
        this.backend = backend;
        this.previous = previous;
        out = backend.tensor(outShape);
    }

    /** What the next node reads. */
    Tensor output(boolean training) {
        return out;
    }

    /** Where the next node puts its gradient. */
    Tensor gradient(boolean training) {
        if (dOut == null) {
            dOut = backend.tensor(out.shape());
        }
        return dOut;
    }

    /** The convolution before a pooling, which from now on leaves its activation's way back to the pooling; or null. */
    Conv convBefore() {
        if (previous instanceof Conv conv) {
            conv.pooled = true;
            return conv;
        }
        return null;
    }

    abstract void forward(int n, boolean training, long seed);

    /**
     * @param weights whether the gradients of the weights are wanted
     * @param wanted whether the previous node's gradient is wanted
     */
    abstract void backward(int n, boolean training, boolean weights, boolean wanted);

    /** The images. */
    static final class Input extends Node {
        Input(Backend backend, int... shape) {
            super(backend, null, shape);
        }

        @Override
        void forward(int n, boolean training, long seed) {}

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {}
    }

    /** Weights and bias of a node, as views of the network's parameters and gradients. */
    record Parameters(Tensor weights, Tensor bias, Tensor dWeights, Tensor dBias) {}

    static final class Conv extends Node {
        private final ConvShape shape;
        private final Activation activation;
        private final Parameters p;
        /** Whether the pooling that follows goes back through the activation and bias, too. */
        private boolean pooled;

        Conv(Backend backend, Node previous, int room, ConvShape shape, Activation activation, Parameters p) {
            super(backend, previous, room, shape.outHeight(), shape.outWidth(), shape.outChannels());
            this.shape = shape;
            this.activation = activation;
            this.p = p;
        }

        @Override
        void forward(int n, boolean training, long seed) {
            backend.convForward(out, previous.output(training), p.weights, p.bias, activation, shape, n);
        }

        /** Back through activation and bias, here or where the maxima of this output are. */
        private void backwardActivation(Tensor dOut, Tensor out, int pixels) {
            backend.activationBackward(dOut, p.dBias, out, activation, pixels, shape.outChannels());
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            Tensor dOut = gradient(training);
            if (!pooled) {
                backwardActivation(dOut, out, n * shape.outHeight() * shape.outWidth());
            }
            if (weights) {
                backend.convBackwardWeights(p.dWeights, dOut, previous.output(training), shape, n);
            }
            if (wanted) {
                backend.convBackwardData(previous.gradient(training), dOut, p.weights, shape, n);
            }
        }
    }

    static final class Dense extends Node {
        private final int inputs;
        private final int outputs;
        private final Activation activation;
        private final Parameters p;

        Dense(Backend backend, Node previous, int room, int inputs, int outputs, Activation activation, Parameters p) {
            super(backend, previous, room, outputs);
            this.inputs = inputs;
            this.outputs = outputs;
            this.activation = activation;
            this.p = p;
        }

        @Override
        void forward(int n, boolean training, long seed) {
            backend.denseForward(out, previous.output(training), p.weights, p.bias, activation, inputs, outputs, n);
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            Tensor dOut = gradient(training);
            backend.activationBackward(dOut, p.dBias, out, activation, n, outputs);
            if (weights) {
                backend.denseBackwardWeights(p.dWeights, dOut, previous.output(training), inputs, outputs, n);
            }
            if (wanted) {
                backend.denseBackwardData(previous.gradient(training), dOut, p.weights, inputs, outputs, n);
            }
        }
    }

    /**
     * Maximum pooling. An activation that does not decrease keeps the maximum where it is, and only maxima get a gradient: so
     * a convolution's way back through its activation is done here, on a quarter of the values.
     */
    static final class MaxPool extends Node {
        private final PoolShape shape;
        private final Conv conv;

        MaxPool(Backend backend, Node previous, int room, PoolShape shape) {
            super(backend, previous, room, shape.outHeight(), shape.outWidth(), shape.channels());
            this.shape = shape;
            conv = convBefore();
        }

        @Override
        void forward(int n, boolean training, long seed) {
            backend.maxPoolForward(out, previous.output(training), shape, n);
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            if (wanted) {
                Tensor in = previous.output(training);
                Tensor dOut = gradient(training);
                if (conv != null) {
                    conv.backwardActivation(dOut, out, n * shape.outHeight() * shape.outWidth());
                }
                backend.maxPoolBackward(previous.gradient(training), dOut, out, in, shape, n);
            }
        }
    }

    static final class AveragePool extends Node {
        private final PoolShape shape;
        private final Conv conv;

        AveragePool(Backend backend, Node previous, int room, PoolShape shape) {
            super(backend, previous, room, shape.outHeight(), shape.outWidth(), shape.channels());
            this.shape = shape;
            conv = convBefore();
        }

        @Override
        void forward(int n, boolean training, long seed) {
            backend.averagePoolForward(out, previous.output(training), shape, n);
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            if (conv != null) {
                backend.averagePoolActivationBackward(
                        conv.gradient(training), conv.p.dBias, gradient(training), conv.out, conv.activation, shape, n);
            } else if (wanted) {
                backend.averagePoolBackward(previous.gradient(training), gradient(training), shape, n);
            }
        }
    }

    /** Without training it is not there: the neighbours see each other's tensors. */
    static final class Dropout extends Node {
        private final float rate;
        private final int size;
        private final Tensor mask;

        Dropout(Backend backend, Node previous, int room, float rate) {
            super(backend, previous, previous.out.shape());
            this.rate = rate;
            size = out.size() / room;
            mask = backend.tensor(out.shape());
        }

        @Override
        Tensor output(boolean training) {
            return training ? out : previous.output(false);
        }

        @Override
        Tensor gradient(boolean training) {
            return training ? super.gradient(true) : previous.gradient(false);
        }

        @Override
        void forward(int n, boolean training, long seed) {
            if (training) {
                backend.dropoutForward(out, mask, previous.output(true), rate, seed, n * size);
            }
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            if (training && wanted) {
                backend.dropoutBackward(previous.gradient(true), gradient(true), mask, n * size);
            }
        }
    }
}
