package imagespace.kernels;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long one processor takes to hand a cache line to another: tens of nanoseconds if they share a cache, several times as
 * many if they do not. On a virtual machine that changes while a program runs, as its processors are moved about; then small
 * batches, whose time goes into data that threads hand to each other, slow down by a factor of two from one second to the next.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:ObjectAlignmentInBytes=64")
public class HandoverBenchmark {
    /** Even: the benchmark's turn; odd: the partner's. A line of its own, as objects begin at lines. */
    private final AtomicLong turn = new AtomicLong();

    private volatile boolean done;

    /** Starts the partner. */
    @Setup
    public void start() {
        Thread partner = new Thread(() -> {
            while (!done) {
                long now = turn.get();
                if ((now & 1) == 1) {
                    turn.set(now + 1);
                }
            }
        });
        partner.setDaemon(true);
        partner.start();
    }

    /** Ends the partner. */
    @TearDown
    public void end() {
        done = true;
    }

    /** There and back. */
    @Benchmark
    @OperationsPerInvocation(2)
    public void handover() {
        long partners = turn.get() + 1;
        turn.set(partners);
        while (turn.get() == partners) { // without a pause, whose length would be part of the figure
        }
    }
}
