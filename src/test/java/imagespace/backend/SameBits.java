package imagespace.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import imagespace.backend.OperatorCase.Output;
import java.util.List;

/** The comparison of backends that must agree to the last bit. */
final class SameBits {
    private SameBits() {}

    /** Fails unless an operator gives the same bits on all backends. */
    static void check(OperatorCase operator, List<Backend> backends) {
        List<int[]> one = bits(operator, backends.getFirst());
        for (int b = 1; b < backends.size(); b++) {
            List<int[]> many = bits(operator, backends.get(b));
            for (int i = 0; i < one.size(); i++) {
                String what = "output " + i + " of " + operator.name() + " on "
                        + backends.get(b).describe();
                assertArrayEquals(one.get(i), many.get(i), what);
            }
        }
    }

    private static List<int[]> bits(OperatorCase operator, Backend backend) {
        Lab lab = new Lab(backend, false);
        return operator.call().apply(lab).stream()
                .map(Output::tensor)
                .map(lab::memory)
                .map(SameBits::bits)
                .toList();
    }

    static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
