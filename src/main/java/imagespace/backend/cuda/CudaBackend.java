package imagespace.backend.cuda;

import static imagespace.backend.cuda.CudaTensor.in;
import static imagespace.backend.cuda.CudaTensor.out;

import imagespace.backend.Activation;
import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.ConvShape;
import imagespace.backend.CudaOptions;
import imagespace.backend.PoolShape;
import imagespace.backend.Precision;
import imagespace.backend.Tensor;
import imagespace.backend.cuda.Commands.Product;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The operators on a GPU: dense layers by cuBLAS but those of few outputs, convolutions by cuDNN where it is quicker,
 * everything else by the kernels of {@code native}, on one stream. Same inputs, same bits, unless the device was opened as fast.
 *
 * <p>Everything in memory is float32 and laid out as on the CPU, parameters too, so that what one backend saves another
 * can load. What that costs {@link Convolutions} says.
 */
final class CudaBackend implements Backend {
    /** Goes up whenever the same options give other bits than before: a kernel that sums otherwise, another choice of it. */
    private static final int REVISION = 2;
    /** Values that a thread of dropoutForward does. */
    private static final int DECISIONS_A_BLOCK = 8;
    /** Blocks of an image in assemble. */
    private static final int PIECES = 4;
    /** Writes up to this size are queued with the commands, and so may be part of a repeated step. */
    private static final int SMALL_BYTES = 64 << 10;
    /** Channels of a block of the kernels that sum columns. */
    private static final int COLUMNS = 32;
    /** Rows that such a block takes at least, and into how many chunks rows are divided at most. */
    private static final int MIN_CHUNK_ROWS = 64;

    private static final int MAX_CHUNKS = 1024;
    /** In place of a mask: there is none. */
    private static final long NO_MASK = 0;

    private final Engine engine;
    private final CudaOptions options;
    private final Convolutions convolutions;
    /** The scopes that are open, the innermost first; the last one is the backend's own. */
    private final Deque<CudaScope> scopes = new ArrayDeque<>();

    CudaBackend(Engine engine, CudaOptions options) {
        this.engine = engine;
        this.options = options;
        boolean tensorCores = options.precision() != Precision.FP32 && engine.device.hasTf32();
        convolutions = new Convolutions(engine, tensorCores);
        scopes.push(new CudaScope());
    }

    /** Images on the device. */
    private record DevicePixels(long address, int height, int width, int channels) implements Pixels {}

    /** Memory and recorded steps with a common end. */
    private final class CudaScope implements Scope {
        private final Memory memory = new Memory(engine.device);
        private final RepeatedSteps steps = new RepeatedSteps(engine, memory);

        @Override
        public void close() {
            if (scopes.peek() != this) {
                throw new IllegalStateException("scopes are closed in the reverse of the order they were opened in");
            }
            scopes.pop();
            free();
        }

        private void free() {
            engine.sums.addUp();
            engine.device.synchronize();
            steps.close();
            memory.free();
        }
    }

    @Override
    public Scope scope() {
        CudaScope scope = new CudaScope();
        scopes.push(scope);
        return scope;
    }

    @Override
    public void repeat(Object key, Runnable step) {
        scopes.peek().steps.run(key, step);
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String describe() {
        return engine.device.describe();
    }

    @Override
    public Map<String, Object> numerics() {
        Map<String, Object> numerics = new HashMap<>();
        numerics.put("backend", name());
        numerics.put("precision", options.precision().name().toLowerCase(Locale.ROOT));
        numerics.put("kernels", REVISION);
        if (options.fast()) {
            numerics.put("fast", true);
        }
        return numerics;
    }

    private Memory.Block allocate(long bytes) {
        RepeatedSteps.refuse(engine, "takes memory");
        return scopes.peek().memory.allocate(bytes);
    }

    @Override
    public Tensor tensor(int... shape) {
        int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        Tensor tensor = new CudaTensor(allocate((long) size * Float.BYTES), 0, shape);
        fill(tensor, 0);
        return tensor;
    }

    @Override
    public Tensor view(Tensor tensor, int offset, int... shape) {
        CudaTensor whole = CudaTensor.of(tensor);
        CudaTensor part = new CudaTensor(whole.block, whole.offset + (long) offset * Float.BYTES, shape);
        if (offset < 0 || offset + part.size() > whole.size()) {
            throw new IllegalArgumentException(part + " at " + offset + " is not within " + whole);
        }
        return part;
    }

    @Override
    public void write(Tensor to, float[] values, int count) {
        checkCount(to, count);
        int bytes = count * Float.BYTES;
        if (count == 0) {
            return;
        }
        if (bytes > SMALL_BYTES) {
            RepeatedSteps.refuse(engine, "writes so much");
            engine.device.write(out(to), values, count);
            return;
        }
        engine.varying.open(bytes).asFloatBuffer().put(values, 0, count);
        engine.commands.copy(out(to), engine.varying.send(), bytes);
    }

    @Override
    public void read(Tensor from, float[] values, int count) {
        checkCount(from, count);
        RepeatedSteps.refuse(engine, "reads");
        engine.device.read(values, in(from), count);
    }

    private static void checkCount(Tensor tensor, int count) {
        if (count > tensor.size()) {
            throw new IllegalArgumentException(count + " values do not fit " + tensor);
        }
    }

    @Override
    public void fill(Tensor tensor, float value) {
        engine.commands.fill(out(tensor), value, tensor.size());
    }

    @Override
    public Pixels upload(byte[] nhwc, int height, int width, int channels) {
        Memory.Block block = allocate(Math.max(1, nhwc.length));
        engine.device.write(block.address, nhwc);
        return new DevicePixels(block.address, height, width, channels);
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
        DevicePixels p = (DevicePixels) pixels;
        ByteBuffer batch = engine.varying.open(3 * Long.BYTES + n * Integer.BYTES);
        batch.putLong(from).putLong(noiseSeed).putLong(augmentSeed);
        batch.asIntBuffer().put(ids, from, n);
        engine.commands.launch(
                "assemble",
                n,
                PIECES,
                out(out),
                p.address,
                engine.varying.send(),
                p.height,
                p.width,
                p.channels,
                augmentation.flip() ? 1 : 0,
                augmentation.pad());
    }

    @Override
    public void convForward(
            Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, ConvShape shape, int n) {
        convolutions.forward(out, in, weights, bias, activation, shape, n);
    }

    @Override
    public void convAveragePoolForward(
            Tensor out,
            Tensor convOut,
            Tensor in,
            Tensor weights,
            Tensor bias,
            Activation activation,
            ConvShape conv,
            PoolShape pool,
            int n) {
        if (!pool.tiles() || !areFours(pool, out, convOut) || !convolutions.product(convOut, in, weights, conv, n)) {
            Backend.super.convAveragePoolForward(out, convOut, in, weights, bias, activation, conv, pool, n);
            return;
        }
        engine.commands.launchOver(
                Math.multiplyExact(n, pool.outputSize()),
                Commands.FOUR,
                "biasActivationAveragePool",
                out(out),
                out(convOut),
                in(bias),
                activation.slope(),
                kernelShape(pool));
    }

    @Override
    public void convBackwardData(Tensor dIn, Tensor dOut, Tensor weights, ConvShape shape, int n) {
        convolutions.backwardData(dIn, dOut, weights, shape, n);
    }

    @Override
    public void convActivationBackwardData(
            Tensor dIn,
            Tensor dBias,
            Tensor dOut,
            Tensor weights,
            Tensor in,
            Activation activation,
            ConvShape shape,
            int n) {
        if (!convolutions.activationBackwardData(dIn, dBias, dOut, weights, in, activation, shape, n)) {
            Backend.super.convActivationBackwardData(dIn, dBias, dOut, weights, in, activation, shape, n);
        }
    }

    @Override
    public void convBackwardWeights(Tensor dWeights, Tensor dOut, Tensor in, ConvShape shape, int n) {
        convolutions.backwardWeights(dWeights, dOut, in, shape, n);
    }

    // A row-major matrix [rows, columns] is a column-major one [columns, rows]: so these are products of transposes.

    @Override
    public void denseForward(
            Tensor out, Tensor in, Tensor weights, Tensor bias, Activation activation, int inputs, int outputs, int n) {
        if (convolutions.fewOutputs(out, in, weights, bias, activation, inputs, outputs, n)) {
            return;
        }
        long y = out(out);
        Product shape = new Product(false, false, outputs, n, inputs, outputs, inputs, outputs);
        engine.commands.multiply(y, in(weights), in(in), shape);
        engine.commands.launchOver(
                Math.multiplyExact(n, outputs),
                Commands.FOUR,
                "biasActivation",
                y,
                in(bias),
                activation.slope(),
                outputs);
    }

    @Override
    public void denseBackwardData(Tensor dIn, Tensor dOut, Tensor weights, int inputs, int outputs, int n) {
        Product shape = new Product(true, false, inputs, n, outputs, outputs, outputs, inputs);
        engine.commands.multiply(out(dIn), in(weights), in(dOut), shape);
    }

    @Override
    public void denseBackwardWeights(Tensor dWeights, Tensor dOut, Tensor in, int inputs, int outputs, int n) {
        Product shape = new Product(false, true, outputs, inputs, n, outputs, inputs, outputs);
        engine.commands.multiply(out(dWeights), in(dOut), in(in), shape);
    }

    @Override
    public void activationBackward(
            Tensor dOut, Tensor dBias, Tensor out, Activation activation, int rows, int channels) {
        withColumnSums(
                "activationBackward", dBias, rows, channels, out(dOut), in(out), activation.slope(), rows, channels);
    }

    /**
     * Runs a kernel whose blocks each have a chunk of rows and some channels.
     *
     * @param dBias set to the sums of its columns
     * @param out the kernel's first argument; where the sums of the chunks go is its second
     * @param arguments the others, but for the last, which is the rows of a chunk
     */
    private void withColumnSums(String kernel, Tensor dBias, int rows, int channels, long out, Object... arguments) {
        Chunks chunks = Chunks.of(rows);
        Object[] all = new Object[arguments.length + 3];
        all[0] = out;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        all[all.length - 1] = chunks.rows;
        engine.sums.set(dBias, chunks.count, channels, partial -> {
            all[1] = partial;
            engine.commands.launch(kernel, chunks.count, Math.ceilDiv(channels, COLUMNS), all);
        });
    }

    /** Rows in chunks of equal size, whatever the GPU: so the bits of a sum do not depend on it. */
    private record Chunks(int rows, int count) {
        static Chunks of(int all) {
            int rows = Math.max(MIN_CHUNK_ROWS, Math.ceilDiv(all, MAX_CHUNKS));
            return new Chunks(rows, Math.ceilDiv(all, rows));
        }
    }

    private static int[] kernelShape(PoolShape s) {
        return new int[] {s.height(), s.width(), s.channels(), s.window(), s.stride(), s.outHeight(), s.outWidth()};
    }

    @Override
    public void maxPoolForward(Tensor out, Tensor in, PoolShape shape, int n) {
        poolForward("maxPoolForward", out, in, shape, n);
    }

    @Override
    public void maxPoolBackward(Tensor dIn, Tensor dOut, Tensor out, Tensor in, PoolShape shape, int n) {
        boolean apart = shape.stride() == shape.window();
        int count = apart
                ? n
                        * Math.ceilDiv(shape.height(), shape.window())
                        * Math.ceilDiv(shape.width(), shape.window())
                        * shape.channels()
                : Math.multiplyExact(n, shape.inputSize());
        String kernel = apart ? "maxPoolBackwardApart" : "maxPoolBackward";
        engine.commands.launchOver(count, kernel, out(dIn), in(dOut), in(out), in(in), kernelShape(shape));
    }

    @Override
    public void averagePoolForward(Tensor out, Tensor in, PoolShape shape, int n) {
        poolForward("averagePoolForward", out, in, shape, n);
    }

    private void poolForward(String kernel, Tensor out, Tensor in, PoolShape shape, int n) {
        int count = Math.multiplyExact(n, shape.outputSize());
        int each = areFours(shape, out, in) ? Commands.FOUR : 1;
        engine.commands.launchOver(count, each, kernel, out(out), in(in), kernelShape(shape));
    }

    /** Whether the channels of a pooling can be taken by fours. */
    private static boolean areFours(PoolShape shape, Tensor out, Tensor in) {
        return shape.channels() % Commands.FOUR == 0 && (in(out) | in(in)) % (Commands.FOUR * Float.BYTES) == 0;
    }

    @Override
    public void averagePoolBackward(Tensor dIn, Tensor dOut, PoolShape shape, int n) {
        int count = Math.multiplyExact(n, shape.inputSize());
        engine.commands.launchOver(count, "averagePoolBackward", out(dIn), in(dOut), kernelShape(shape));
    }

    @Override
    public void averagePoolActivationBackward(
            Tensor dIn, Tensor dBias, Tensor dOut, Tensor in, Activation activation, PoolShape shape, int n) {
        if (!shape.tiles()) {
            Backend.super.averagePoolActivationBackward(dIn, dBias, dOut, in, activation, shape, n);
            return;
        }
        int rows = Math.multiplyExact(n, shape.height() * shape.width());
        withColumnSums(
                "averagePoolActivationBackward",
                dBias,
                rows,
                shape.channels(),
                out(dIn),
                in(dOut),
                in(in),
                activation.slope(),
                shape.width(),
                shape.channels(),
                shape.window(),
                rows);
    }

    @Override
    public void maxPoolActivationBackward(
            Tensor dIn,
            Tensor dBias,
            Tensor dOut,
            Tensor mask,
            Tensor out,
            Tensor in,
            Activation activation,
            PoolShape shape,
            int n) {
        boolean fits = shape.tiles() && areFours(shape, dIn, in) && areFours(shape, dOut, out);
        if (!fits || mask != null && !areFours(shape, mask, out)) {
            Backend.super.maxPoolActivationBackward(dIn, dBias, dOut, mask, out, in, activation, shape, n);
            return;
        }
        int windows = Math.multiplyExact(n, shape.outHeight() * shape.outWidth());
        withColumnSums(
                "maxPoolActivationBackward",
                dBias,
                windows,
                shape.channels(),
                out(dIn),
                in(dOut),
                mask == null ? NO_MASK : in(mask),
                in(out),
                in(in),
                activation.slope(),
                kernelShape(shape),
                windows);
    }

    @Override
    public void dropoutForward(Tensor out, Tensor mask, Tensor in, float rate, long seed, int count) {
        engine.varying.open(Long.BYTES).putLong(seed);
        long seedAddress = engine.varying.send();
        int threshold = (int) Math.ceil(rate * 65536.0);
        engine.commands.launchOver(
                count,
                DECISIONS_A_BLOCK,
                "dropoutForward",
                out(out),
                out(mask),
                in(in),
                seedAddress,
                threshold,
                1 / (1 - rate));
    }

    @Override
    public void dropoutBackward(Tensor dIn, Tensor dOut, Tensor mask, int count) {
        engine.commands.launchOver(count, "dropoutBackward", out(dIn), in(dOut), in(mask));
    }

    @Override
    public void softmax(Tensor probabilities, Tensor logits, int classes, int n) {
        engine.commands.launchOver(n, "softmax", out(probabilities), in(logits), classes);
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
        engine.commands.launch(
                "softmaxCrossEntropy",
                1,
                1,
                out(dLogits),
                out(probabilities),
                out(totals),
                in(logits),
                in(labels),
                in(weights),
                smoothing,
                classes,
                n);
    }

    @Override
    public void sgdStep(Tensor parameters, Tensor gradients, Tensor velocity, float rate, float momentum) {
        engine.commands.launchOver(
                parameters.size(), "sgdStep", out(parameters), in(gradients), out(velocity), rate, momentum);
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
        engine.varying
                .open(2 * Float.BYTES)
                .putFloat((float) (-rate / (1 - Math.pow(beta1, step))))
                .putFloat((float) (1 / (1 - Math.pow(beta2, step))));
        long factors = engine.varying.send();
        engine.commands.launchOver(
                parameters.size(),
                "adamStep",
                out(parameters),
                in(gradients),
                out(m),
                out(v),
                factors,
                beta1,
                beta2,
                epsilon);
    }

    @Override
    public void signStep(Tensor out, Tensor in, Tensor gradient, float epsilon, int count) {
        engine.commands.launchOver(count, "signStep", out(out), in(in), in(gradient), epsilon);
    }

    @Override
    public void close() {
        while (!scopes.isEmpty()) {
            scopes.pop().free();
        }
        engine.free();
    }
}
