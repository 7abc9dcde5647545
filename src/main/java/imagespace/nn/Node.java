package imagespace.nn;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.ConvShape;
import imagespace.backend.Philox;
import imagespace.backend.PoolShape;
import imagespace.backend.PooledConvolution;
import imagespace.backend.RandomStream;
import imagespace.backend.Tensor;

/**
 * A layer at run time: its output, the gradient of its output, and how to compute the one from the previous node's
 * output and the previous node's gradient from the other.
 *
 * <p>{@code forward} sets {@link #output}; {@code backward} reads {@link #gradient}, and sets the gradients of the node's
 * weights and the previous node's gradient, each if somebody wants it. The bias's gradient comes with the way back through
 * the activation, {@code backwardActivation}, which may be part of the next node's pass.
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

    /** @param seed of the step, the same for all nodes */
    abstract void forward(int n, boolean training, long seed);

    /**
     * The first half of the way back: through the node's activation and bias, in place. Whoever sets {@link #gradient} calls it
     * then, or does it in the same pass.
     */
    void backwardActivation(int n, boolean training) {}

    /**
     * The second half: from a gradient before the activation to the previous node's gradient before its own.
     *
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

        @Override
        void backwardActivation(int n, boolean training) {
            int pixels = n * shape.outHeight() * shape.outWidth();
            backend.activationBackward(gradient(training), p.dBias, out, activation, pixels, shape.outChannels());
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            Tensor dOut = gradient(training);
            if (weights) {
                backend.convBackwardWeights(p.dWeights, dOut, previous.output(training), shape, n);
            }
            if (!wanted) {
                return;
            }
            Tensor dIn = previous.gradient(training);
            if (previous instanceof Conv c) {
                backend.convActivationBackwardData(dIn, c.p.dBias, dOut, p.weights, c.out, c.activation, shape, n);
            } else {
                backend.convBackwardData(dIn, dOut, p.weights, shape, n);
                previous.backwardActivation(n, training);
            }
        }
    }

    /** A convolution with its pooling; see {@link PooledConvolution} for why they are one. */
    static final class PooledConv extends Node {
        private final PooledConvolution convolution;
        private final Parameters p;
        /** The gradient that has come: its own, or that of a dropout behind it. */
        private Tensor given;

        PooledConv(
                Backend backend,
                Node previous,
                int room,
                ConvShape conv,
                Activation activation,
                PooledConvolution.Kind kind,
                PoolShape pool,
                Parameters p) {
            super(backend, previous, room, pool.outHeight(), pool.outWidth(), pool.channels());
            convolution = backend.pooledConvolution(conv, activation, kind, pool, room);
            this.p = p;
        }

        @Override
        void forward(int n, boolean training, long seed) {
            convolution.forward(out, previous.output(training), p.weights, p.bias, n);
        }

        @Override
        void backwardActivation(int n, boolean training) {
            backwardActivation(gradient(training), null, n);
        }

        /** With the way back through a dropout that follows, if there is a mask. */
        private void backwardActivation(Tensor dOut, Tensor mask, int n) {
            given = dOut;
            convolution.backwardActivation(dOut, mask, p.dBias, out, n);
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            if (weights) {
                convolution.backwardWeights(p.dWeights, given, previous.output(training), n);
            }
            if (!wanted) {
                return;
            }
            Tensor dIn = previous.gradient(training);
            if (previous instanceof Conv c) {
                convolution.activationBackwardData(dIn, c.p.dBias, given, p.weights, c.out, c.activation, n);
            } else {
                convolution.backwardData(dIn, given, p.weights, n);
                previous.backwardActivation(n, training);
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
        void backwardActivation(int n, boolean training) {
            backend.activationBackward(gradient(training), p.dBias, out, activation, n, outputs);
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            Tensor dOut = gradient(training);
            if (weights) {
                backend.denseBackwardWeights(p.dWeights, dOut, previous.output(training), inputs, outputs, n);
            }
            if (wanted) {
                backend.denseBackwardData(previous.gradient(training), dOut, p.weights, inputs, outputs, n);
                previous.backwardActivation(n, training);
            }
        }
    }

    /** A pooling that follows no convolution. */
    static final class Pool extends Node {
        private final PooledConvolution.Kind kind;
        private final PoolShape shape;

        Pool(Backend backend, Node previous, int room, PooledConvolution.Kind kind, PoolShape shape) {
            super(backend, previous, room, shape.outHeight(), shape.outWidth(), shape.channels());
            this.kind = kind;
            this.shape = shape;
        }

        @Override
        void forward(int n, boolean training, long seed) {
            switch (kind) {
                case MAXIMUM -> backend.maxPoolForward(out, previous.output(training), shape, n);
                case AVERAGE -> backend.averagePoolForward(out, previous.output(training), shape, n);
            }
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            if (wanted) {
                Tensor dIn = previous.gradient(training);
                switch (kind) {
                    case MAXIMUM ->
                        backend.maxPoolBackward(dIn, gradient(training), out, previous.output(training), shape, n);
                    case AVERAGE -> backend.averagePoolBackward(dIn, gradient(training), shape, n);
                }
                previous.backwardActivation(n, training);
            }
        }
    }

    /** Without training it is not there: the neighbours see each other's tensors. */
    static final class Dropout extends Node {
        private final int layer;
        private final float rate;
        private final int size;
        private final Tensor mask;

        /** @param layer its place in the architecture: each layer drops other values */
        Dropout(Backend backend, Node previous, int room, int layer, float rate) {
            super(backend, previous, previous.out.shape());
            this.layer = layer;
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
                long own = Philox.derive(seed, RandomStream.DROPOUT, layer);
                backend.dropoutForward(out, mask, previous.output(true), rate, own, n * size);
            }
        }

        @Override
        void backwardActivation(int n, boolean training) {
            if (!training) {
                previous.backwardActivation(n, false);
            }
        }

        @Override
        void backward(int n, boolean training, boolean weights, boolean wanted) {
            if (!training || !wanted) {
                return;
            }
            if (previous instanceof PooledConv p) {
                p.backwardActivation(gradient(true), mask, n);
            } else {
                backend.dropoutBackward(previous.gradient(true), gradient(true), mask, n * size);
                previous.backwardActivation(n, true);
            }
        }
    }
}
