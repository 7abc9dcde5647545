package imagespace.kernels;

import imagespace.backend.ConvShape;
import imagespace.backend.ConvShape.Padding;
import imagespace.peers.Passes;
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
 * The three passes of each convolution of the reference networks, 128 images, all cores. {@code gflops} is GFLOP/s and counts the
 * arithmetic of the direct method, whatever the algorithm: so Winograd's can exceed the peak.
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
public class ConvolutionBenchmark {
    private static final int IMAGES = 128;

    /** Input channels, output channels, side of the input, padding. */
    @Param({
        "3 32 32 SAME",
        "32 32 32 VALID",
        "32 64 15 SAME",
        "64 64 15 VALID",
        "3 64 32 SAME",
        "64 128 32 SAME",
        "128 128 16 SAME",
        "128 256 16 SAME",
        "256 256 8 SAME",
        "256 512 8 SAME",
        "512 10 4 SAME"
    })
    private String layer;

    @Param({"direct", "winograd", "winograd2", "libtorch", "onednn"})
    private String library;

    private Passes passes;
    private double gflop;

    /** Takes memory, and puts harmless numbers in. */
    @Setup
    public void prepare() {
        ConvShape shape = shape(layer);
        gflop = 2e-9 * IMAGES * shape.multiplyAdds();
        passes = Passes.of(library, shape, IMAGES);
    }

    /** The shape of a layer that is written as above. */
    public static ConvShape shape(String layer) {
        String[] parts = layer.split(" ");
        int side = Integer.parseInt(parts[2]);
        return ConvShape.of(
                side, side, Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), 3, 1, Padding.valueOf(parts[3]));
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        passes.close();
    }

    /** Forward, with bias and ReLU. */
    @Benchmark
    public void forward(Arithmetic work) {
        passes.forward();
        work.gflops += gflop;
    }

    /** The gradient of the input. */
    @Benchmark
    public void data(Arithmetic work) {
        passes.data();
        work.gflops += gflop;
    }

    /** The gradient of the weights. */
    @Benchmark
    public void weights(Arithmetic work) {
        passes.weights();
        work.gflops += gflop;
    }
}
