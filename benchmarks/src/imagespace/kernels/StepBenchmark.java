package imagespace.kernels;

import imagespace.peers.Steps;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Whole training steps and forward passes of the reference networks, 128 images, all cores; the score is images a second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseTransparentHugePages",
            "-XX:ObjectAlignmentInBytes=64"
        })
public class StepBenchmark {
    private static final int IMAGES = 128;

    @Param({"keras", "allconv"})
    private String network;

    @Param({"imagespace", "libtorch"})
    private String library;

    private Steps steps;

    /** Makes the network. */
    @Setup
    public void prepare() {
        steps = Steps.of(library, network, IMAGES);
    }

    /** Ends the threads. */
    @TearDown
    public void close() {
        steps.close();
    }

    /** Forward, loss, backward, Adam. */
    @Benchmark
    @OperationsPerInvocation(IMAGES)
    public void train() {
        steps.train();
    }

    /** Forward alone. */
    @Benchmark
    @OperationsPerInvocation(IMAGES)
    public void infer() {
        steps.infer();
    }
}
