package imagespace.backend.cpu;

import imagespace.kernels.Arithmetic;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The most multiply-adds that a core does: a register tile whose operands lie in the L1 cache. What every other figure is a
 * share of. {@code gflops} is GFLOP/s of all threads together; {@code -t} sets their number.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseTransparentHugePages",
            "-XX:ObjectAlignmentInBytes=64"})
@Threads(Threads.MAX)
public class PeakBenchmark {
    private static final int DEPTH = 256;
    private static final double GFLOP = 2e-9 * DEPTH * Gemm.MR * Gemm.NR;

    private final float[] a = Simd.lines(DEPTH * Gemm.MR);
    private final float[] b = Simd.lines(DEPTH * Gemm.NR);
    private final float[] c = Simd.lines(Gemm.MR * Gemm.NR);

    /** Small numbers, none of them subnormal. */
    public PeakBenchmark() {
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.25f);
    }

    /** One tile over a depth of 256. */
    @Benchmark
    public float[] tile(Arithmetic work) {
        Gemm.product(Gemm.NR, DEPTH, a, Simd.START, b, Simd.START, false, c, Simd.START);
        work.gflops += GFLOP;
        return c;
    }
}
