package imagespace.backend.cpu;

import static imagespace.backend.cpu.CpuTensor.of;

import imagespace.backend.Activation;
import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.ConvShape;
import imagespace.backend.ConvShape.Padding;
import imagespace.backend.PoolShape;
import imagespace.backend.PooledConvolution;
import imagespace.backend.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The operators on the host's cores, by the Vector API. Same inputs, same bits, for any number of threads. */
public final class CpuBackend implements Backend {
    private final ThreadTeam team;
    private final Convolution.Factory convolutions;
    /** Made at first use; a network has a handful of shapes. */
    private final Map<ConvShape, Convolution> byShape = new HashMap<>();

    private final ConvAlgorithm algorithm;
    private final List<Dense> dense = new ArrayList<>();

    private final Pooling pooling;
    private final Activations activations;
    private final Dropout dropout;
    private final Updates updates;
    private final BatchAssembly batches;

    /** @param threads at least 1, or 0 for all cores */
    public CpuBackend(int threads) {
        this(threads, ConvAlgorithm.AUTO);
    }

    /**
     * @param threads at least 1, or 0 for all cores
     * @param algorithm how to compute 3x3 convolutions of stride 1
     */
    public CpuBackend(int threads, ConvAlgorithm algorithm) {
        if (threads < 0) {
            throw new IllegalArgumentException("threads must be 0 (all cores) or more, not " + threads);
        }
        team = new ThreadTeam(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
        this.algorithm = algorithm;
        convolutions = new Convolution.Factory(team, algorithm);
        pooling = new Pooling(team);
        activations = new Activations(team);
        dropout = new Dropout(team);
        updates = new Updates(team);
        batches = new BatchAssembly(team);
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String describe() {
        return "CPU, Vector API, " + Simd.F.vectorBitSize() + "-bit vectors, " + team.threads() + " thread"
                + (team.threads() == 1 ? "" : "s")
                + (Simd.fusedMultiplyAdd()
                        ? ""
                        : "; NO FUSED MULTIPLY-ADD HERE: expect a hundredth of the usual speed");
    }

    @Override
    public boolean isCompiledByUse() {
        return true;
    }

    @Override
    public Map<String, Object> numerics() {
        return algorithm == ConvAlgorithm.AUTO
                ? Map.of()
                : Map.of("convolutions", algorithm.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Tensor tensor(int... shape) {
        int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return new CpuTensor(Simd.lines(size), Simd.START, shape);
    }

    @Override
    public Tensor view(Tensor tensor, int offset, int... shape) {
        CpuTensor whole = of(tensor);
        CpuTensor part = new CpuTensor(whole.data, whole.at + offset, shape);
        if (offset < 0 || offset + part.size() > whole.size()) {
            throw new IllegalArgumentException(part + " at " + offset + " is not within " + whole);
        }
        return part;
    }

    @Override
    public void write(Tensor to, float[] values, int count) {
        System.arraycopy(values, 0, of(to).data, of(to).at, checked(to, count));
    }

    @Override
    public void read(Tensor from, float[] values, int count) {
        System.arraycopy(of(from).data, of(from).at, values, 0, checked(from, count));
    }

    private static int checked(Tensor tensor, int count) {
        if (count > tensor.size()) {
            throw new IllegalArgumentException(count + " values do not fit " + tensor);
        }
        return count;
    }

    @Override
    public void fill(Tensor tensor, float value) {
        CpuTensor t = of(tensor);
        Arrays.fill(t.data, t.at, t.at + t.size(), value);
    }

    @Override
    public Pixels upload(byte[] nhwc, int height, int width, int channels) {
        return new BatchAssembly.HostPixels(nhwc, height, width, channels);
    }

    @Override
    public void assemble(
            Tensor out,
            Pixels pixels,
            int[] ids,
            int from,
            Augmentation augmentation,
            long noiseSeed,
            long augmentSeed,
            int n) {
        batches.assemble(
                of(out), (BatchAssembly.HostPixels) pixels, ids, from, augmentation, noiseSeed, augmentSeed, n);
    }

    @Override
    public void convForward(
            Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, ConvShape shape, int n) {
        convolution(shape).forward(of(out), of(in), of(weights), of(bias), activation, n);
    }

    @Override
    public void convBackwardData(Tensor dIn, Tensor dOut, Tensor weights, ConvShape shape, int n) {
        convolution(shape).backwardData(of(dIn), of(dOut), of(weights), n);
    }

    @Override
    public void convBackwardWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape shape, int n) {
        convolution(shape).backwardWeights(of(dWeights), of(dOut), of(in), n);
    }

    private Convolution convolution(ConvShape shape) {
        Convolution made = byShape.get(shape);
        if (made == null) {
            made = convolutions.of(shape);
            byShape.put(shape, made);
        }
        return made;
    }

    /** A dense layer is the convolution of a single pixel. */
    private record Dense(int inputs, int outputs, Convolution convolution) {}

    private Convolution dense(int inputs, int outputs) {
        for (int i = 0; i < dense.size(); i++) {
            if (dense.get(i).inputs == inputs && dense.get(i).outputs == outputs) {
                return dense.get(i).convolution;
            }
        }
        Convolution made = convolutions.of(ConvShape.of(1, 1, inputs, outputs, 1, 1, Padding.VALID));
        dense.add(new Dense(inputs, outputs, made));
        return made;
    }

    @Override
    public void denseForward(
            Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, int inputs, int outputs, int n) {
        dense(inputs, outputs).forward(of(out), of(in), of(weights), of(bias), activation, n);
    }

    @Override
    public void denseBackwardData(Tensor dIn, Tensor dOut, Tensor weights, int inputs, int outputs, int n) {
        dense(inputs, outputs).backwardData(of(dIn), of(dOut), of(weights), n);
    }

    @Override
    public void denseBackwardWeights(Tensor dWeights, Tensor dOut, Tensor in, int inputs, int outputs, int n) {
        dense(inputs, outputs).backwardWeights(of(dWeights), of(dOut), of(in), n);
    }

    @Override
    public void activationBackward(
            Tensor dOut, Tensor dBias, Tensor out, Activation activation, int rows, int channels) {
        activations.backward(of(dOut), of(dBias), of(out), activation.slope(), rows, channels);
    }

    @Override
    public void maxPoolForward(Tensor out, Tensor in, PoolShape shape, int n) {
        pooling.maxForward(of(out), of(in), shape, n);
    }

    @Override
    public void maxPoolBackward(Tensor dIn, Tensor dOut, Tensor out, Tensor in, PoolShape shape, int n) {
        pooling.maxBackward(of(dIn), of(dOut), of(out), of(in), shape, n);
    }

    @Override
    public void averagePoolForward(Tensor out, Tensor in, PoolShape shape, int n) {
        pooling.averageForward(of(out), of(in), shape, n);
    }

    @Override
    public void averagePoolBackward(Tensor dIn, Tensor dOut, PoolShape shape, int n) {
        pooling.averageBackward(of(dIn), of(dOut), shape, n);
    }

    @Override
    public PooledConvolution pooledConvolution(
            ConvShape conv, Activation activation, PooledConvolution.Kind kind, PoolShape pool, int room) {
        return PooledPixels.fits(pool) && convolution(conv) instanceof WinogradLayer layer
                ? new PooledWinograd(
                        layer, activation, activations, dropout, new PooledPixels(team, conv, activation, kind, room))
                : Backend.super.pooledConvolution(conv, activation, kind, pool, room);
    }

    @Override
    public void dropoutForward(Tensor out, Tensor mask, Tensor in, float rate, long seed, int count) {
        dropout.forward(of(out), of(mask), of(in), rate, seed, count);
    }

    @Override
    public void dropoutBackward(Tensor dIn, Tensor dOut, Tensor mask, int count) {
        dropout.backward(of(dIn), of(dOut), of(mask), count);
    }

    @Override
    public void softmax(Tensor probabilities, Tensor logits, int classes, int n) {
        Loss.softmax(of(probabilities), of(logits), classes, n);
    }

    @Override
    public void softmaxCrossEntropy(
            Tensor dLogits,
            Tensor probabilities,
            Tensor totals,
            Tensor logits,
            Tensor labels,
            Tensor weights,
            float smoothing,
            int classes,
            int n) {
        Loss.crossEntropy(
                of(dLogits), of(probabilities), of(totals), of(logits), of(labels), of(weights), smoothing, classes, n);
    }

    @Override
    public void sgdStep(Tensor parameters, Tensor gradients, Tensor velocity, float rate, float momentum) {
        updates.sgd(of(parameters), of(gradients), of(velocity), rate, momentum);
    }

    @Override
    public void adamStep(
            Tensor parameters,
            Tensor gradients,
            Tensor m,
            Tensor v,
            float rate,
            float beta1,
            float beta2,
            float epsilon,
            int step) {
        updates.adam(of(parameters), of(gradients), of(m), of(v), rate, beta1, beta2, epsilon, step);
    }

    @Override
    public void signStep(Tensor out, Tensor in, Tensor gradient, float epsilon, int count) {
        updates.sign(of(out), of(in), of(gradient), epsilon, count);
    }

    @Override
    public void close() {
        team.close();
    }
}
