package imagespace.kernels;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A second score for benchmarks: arithmetic per time. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Arithmetic {
    /** Milliards of floating-point operations in this iteration. */
    public double gflops;

    /** Counts from zero in every iteration. */
    @Setup(Level.Iteration)
    public void reset() {
        gflops = 0;
    }
}
