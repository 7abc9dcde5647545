package imagespace.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.ConvShape.Padding;
import imagespace.backend.cpu.CpuBackend;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How weights start, seen through a network: spread by fan-in and fan-out, biases 0, fixed by the seed. */
class InitializerTest {
    private static final int CHANNELS = 20;
    private static final int FILTERS = 30;
    private static final int UNITS = 40;
    private static final int CONV = 9 * CHANNELS * FILTERS;
    private static final int DENSE = 4 * 4 * FILTERS * UNITS;

    private static float[] parameters(Initializer initializer, long seed) {
        Layer conv = new Layer.Conv(FILTERS, 3, 1, Padding.SAME, Activation.RELU);
        Layer dense = new Layer.Dense(UNITS, Activation.IDENTITY);
        try (Backend backend = new CpuBackend(1)) {
            Architecture a = new Architecture("two layers", 4, 4, CHANNELS, initializer, List.of(conv, dense));
            Network network = new Network(backend, a, 1, seed);
            float[] values = new float[network.parameters().size()];
            backend.read(network.parameters(), values, values.length);
            return values;
        }
    }

    /** Checks mean and standard deviation of both layers, to five standard errors or so, and the biases. */
    private static void check(Initializer initializer, double conv, double dense) {
        float[] all = parameters(initializer, 5);
        assertEquals(CONV + FILTERS + DENSE + UNITS, all.length);
        checkMoments(initializer + ", convolution", Arrays.copyOfRange(all, 0, CONV), conv);
        assertArrayEquals(new float[FILTERS], Arrays.copyOfRange(all, CONV, CONV + FILTERS), "bias");
        checkMoments(initializer + ", dense", Arrays.copyOfRange(all, CONV + FILTERS, all.length - UNITS), dense);
        assertArrayEquals(new float[UNITS], Arrays.copyOfRange(all, all.length - UNITS, all.length), "bias");
    }

    private static void checkMoments(String what, float[] weights, double deviation) {
        double sum = 0;
        double squares = 0;
        for (float w : weights) {
            sum += w;
            squares += (double) w * w;
        }
        assertEquals(0, sum / weights.length, 5 * deviation / Math.sqrt(weights.length), what + ": mean");
        double actual = Math.sqrt(squares / weights.length);
        assertEquals(deviation, actual, 5 * deviation / Math.sqrt(2.0 * weights.length), what + ": deviation");
    }

    @Test
    void glorotIsUniformByFanInAndFanOut() {
        // A uniform value in +-limit has the deviation limit / sqrt(3).
        double conv = Math.sqrt(6.0 / (9 * CHANNELS + 9 * FILTERS));
        double dense = Math.sqrt(6.0 / (16 * FILTERS + UNITS));
        check(Initializer.GLOROT_UNIFORM, conv / Math.sqrt(3), dense / Math.sqrt(3));
        float[] all = parameters(Initializer.GLOROT_UNIFORM, 5);
        for (int i = 0; i < CONV; i++) {
            assertTrue(Math.abs(all[i]) <= (float) conv, "weight " + i + " is " + all[i]);
        }
    }

    @Test
    void theNormalOnesGoByFanIn() {
        check(Initializer.HE_NORMAL, Math.sqrt(2.0 / (9 * CHANNELS)), Math.sqrt(2.0 / (16 * FILTERS)));
        check(Initializer.CLEVERHANS, Math.sqrt(1.0 / (9 * CHANNELS)), Math.sqrt(1.0 / (16 * FILTERS)));
    }

    @Test
    void theSeedFixesTheWeights() {
        for (Initializer initializer : Initializer.values()) {
            float[] weights = parameters(initializer, 5);
            assertArrayEquals(weights, parameters(initializer, 5));
            assertFalse(Arrays.equals(weights, parameters(initializer, 6)));
        }
    }
}
