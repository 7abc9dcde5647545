package imagespace.backend.cpu;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector shape in use: the widest that the machine is fast at. Every kernel is written for any width. */
final class Simd {
    /** Must be a constant to C2, or every vector operation allocates. */
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

    /** Floats in a vector: 16 with AVX-512, 8 with AVX2, 4 with NEON. */
    static final int LANES = F.length();

    /**
     * Where values begin in the arrays of tensors and scratch memory, in floats. Java keeps 16 bytes before the first value
     * (but for compact object headers). If objects begin at cache lines, so does the value at START, and no vector of an array made
     * by {@link #lines} lies across two of them. All objects do with -XX:ObjectAlignmentInBytes=64, which the launcher sets;
     * without it large ones do, as the collector G1 puts them at the start of a region.
     */
    static final int START = 12;

    /** Floats in a cache line. */
    private static final int LINE = 16;

    /** Values that a task of a pass over memory takes: shares evenly, worth a launch, a multiple of any vector. */
    static final int PIECE = 1 << 14;

    private Simd() {}

    /**
     * Whether the processor multiplies and adds in one instruction, and Java uses it. If not, Java computes every
     * fma in software, exactly and hundreds of times slower.
     */
    static boolean fusedMultiplyAdd() {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption("UseFMA")
                    .getValue()
                    .equals("true");
        } catch (IllegalArgumentException | NullPointerException | LinkageError e) {
            return true; // another virtual machine: nothing speaks against it
        }
    }

    /** An array for n values from START. */
    static float[] lines(int n) {
        return new float[START + n];
    }

    /** The array, or a new one if it is too small for n values from START. */
    static float[] grown(float[] scratch, int n) {
        return scratch.length < START + n ? lines(n) : scratch;
    }

    /**
     * Floats from one task's n sums to the next one's, with a pair of cache lines between. Two threads that write to the same
     * line, or to two that the processor fetches together, wait for each other at every write.
     */
    static int apart(int n) {
        return roundUp(n, LINE) + 2 * LINE;
    }

    /** Tasks of a pass over {@code count} values. */
    static int pieces(int count) {
        return (count + PIECE - 1) / PIECE;
    }

    /** The largest multiple of LANES that is not above n. */
    static int whole(int n) {
        return F.loopBound(n);
    }

    /** n rounded up to a multiple of m. */
    static int roundUp(int n, int m) {
        return (n + m - 1) / m * m;
    }
}
