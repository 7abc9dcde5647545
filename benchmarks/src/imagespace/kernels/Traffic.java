package imagespace.kernels;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A second score for benchmarks: bytes read and written per time. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Traffic {
    /** Milliards of bytes in this iteration. */
    public double gbytes;

    /** Counts from zero in every iteration. */
    @Setup(Level.Iteration)
    public void reset() {
        gbytes = 0;
    }

    void floats(long count) {
        gbytes += 4e-9 * count;
    }
}
