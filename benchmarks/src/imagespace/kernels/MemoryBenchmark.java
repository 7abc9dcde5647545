package imagespace.kernels;

import imagespace.backend.Activation;
import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.PoolShape;
import imagespace.backend.Tensor;
import imagespace.backend.cpu.CpuBackend;
import java.util.stream.IntStream;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The passes that memory bounds, at the sizes of {@code keras} with 128 images, all cores. {@code gbytes} is GB/s of what a pass
 * must read and write at least; {@code triad} is the roof.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseTransparentHugePages",
            "-XX:ObjectAlignmentInBytes=64"
        })
public class MemoryBenchmark {
    private static final int IMAGES = 128;
    private static final int LARGE = 1 << 24;
    private static final int PARAMETERS = 1_250_858;

    private final PoolShape pool = new PoolShape(30, 30, 32, 2, 2);
    private final int[] ids = IntStream.range(0, IMAGES).map(i -> i * 37 % 4096).toArray();
    private Backend backend;
    private Pixels pixels;
    private Tensor batch;
    private Tensor large;
    private Tensor gradient;
    private Tensor before;
    private Tensor after;
    private Tensor dBefore;
    private Tensor mask;
    private Tensor column;
    private Tensor parameters;
    private Tensor dParameters;
    private Tensor m;
    private Tensor v;
    private int step;

    /** Takes memory, and puts harmless numbers in. */
    @Setup
    public void prepare() {
        backend = new CpuBackend(0);
        pixels = backend.upload(new byte[4096 * 32 * 32 * 3], 32, 32, 3);
        batch = filled(IMAGES * 32 * 32 * 3);
        large = filled(LARGE);
        gradient = filled(LARGE);
        before = filled(IMAGES * pool.inputSize());
        dBefore = filled(IMAGES * pool.inputSize());
        after = filled(IMAGES * pool.outputSize());
        mask = filled(IMAGES * pool.outputSize());
        column = filled(32);
        parameters = filled(PARAMETERS);
        dParameters = filled(PARAMETERS);
        m = filled(PARAMETERS);
        v = filled(PARAMETERS);
    }

    private Tensor filled(int size) {
        Tensor tensor = backend.tensor(size);
        backend.fill(tensor, 0.01f);
        return tensor;
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        backend.close();
    }

    /** Two arrays of 64 MiB in, one out, past all caches: what memory gives. */
    @Benchmark
    public void triad(Traffic traffic) {
        backend.signStep(large, large, gradient, 0.1f, LARGE);
        traffic.floats(3L * LARGE);
    }

    /** A batch of 128 images from bytes. */
    @Benchmark
    public void assemble(Traffic traffic) {
        backend.assemble(batch, pixels, ids, 0, Augmentation.NONE, 1, 2, IMAGES);
        traffic.floats(IMAGES * 32 * 32 * 3 * 5L / 4);
    }

    /** 2x2 maxima. */
    @Benchmark
    public void maxPool(Traffic traffic) {
        backend.maxPoolForward(after, before, pool, IMAGES);
        traffic.floats(IMAGES * (long) (pool.inputSize() + pool.outputSize()));
    }

    /** Back to the maxima. */
    @Benchmark
    public void maxPoolBackward(Traffic traffic) {
        backend.maxPoolBackward(dBefore, mask, after, before, pool, IMAGES);
        traffic.floats(IMAGES * 2L * (pool.inputSize() + pool.outputSize()));
    }

    /** Back through ReLU and bias. */
    @Benchmark
    public void activationBackward(Traffic traffic) {
        backend.activationBackward(dBefore, column, before, Activation.RELU, IMAGES * 30 * 30, 32);
        traffic.floats(3L * IMAGES * pool.inputSize());
    }

    /** Dropout with a mask of fresh random numbers. */
    @Benchmark
    public void dropout(Traffic traffic) {
        backend.dropoutForward(after, mask, after, 0.25f, ++step, IMAGES * pool.outputSize());
        traffic.floats(3L * IMAGES * pool.outputSize());
    }

    /** Adam over all parameters. */
    @Benchmark
    public void adam(Traffic traffic) {
        backend.adamStep(parameters, dParameters, m, v, 1e-3f, 0.9f, 0.999f, 1e-7f, ++step);
        traffic.floats(7L * PARAMETERS);
    }
}
