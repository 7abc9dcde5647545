package imagespace.kernels;

import imagespace.peers.Products;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matrix products: the three passes of the dense layers of {@code keras} at 128 images, and large squares, where a product should
 * come near the peak. All cores; {@code gflops} is GFLOP/s.
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
public class DenseBenchmark {
    /** Rows (images), inputs, outputs. */
    @Param({"128 2304 512", "128 512 10", "1024 1024 1024", "2048 2048 2048", "4096 4096 4096"})
    private String shape;

    @Param({"imagespace", "libtorch", "onednn"})
    private String library;

    private Products products;
    private double gflop;

    /** Takes memory, and puts harmless numbers in. */
    @Setup
    public void prepare() {
        String[] parts = shape.split(" ");
        int rows = Integer.parseInt(parts[0]);
        int inputs = Integer.parseInt(parts[1]);
        int outputs = Integer.parseInt(parts[2]);
        gflop = 2e-9 * rows * inputs * outputs;
        products = Products.of(library, rows, inputs, outputs);
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        products.close();
    }

    /** [rows, inputs] times [inputs, outputs]. */
    @Benchmark
    public void forward(Arithmetic work) {
        products.forward();
        work.gflops += gflop;
    }

    /** [rows, outputs] times transposed [inputs, outputs]. */
    @Benchmark
    public void data(Arithmetic work) {
        products.data();
        work.gflops += gflop;
    }

    /** Transposed [rows, inputs] times [rows, outputs]. */
    @Benchmark
    public void weights(Arithmetic work) {
        products.weights();
        work.gflops += gflop;
    }
}
