package imagespace.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sums that wait are there when somebody looks, whatever has happened in between. */
class PartialSumsTest {
    private static final int ROWS = 70;
    private static final int CHANNELS = 5;

    private final HostDevice device = new HostDevice();
    private final Backend backend = HostDevice.backend(device);

    @AfterEach
    void close() {
        backend.close();
    }

    /** Sums of ROWS rows of one value, queued. */
    private void sum(Tensor to, float value) {
        Tensor rows = backend.tensor(ROWS, CHANNELS);
        backend.fill(rows, value);
        backend.activationBackward(rows, to, rows, Activation.IDENTITY, ROWS, CHANNELS);
    }

    private float[] read(Tensor tensor) {
        float[] values = new float[tensor.size()];
        backend.read(tensor, values, values.length);
        return values;
    }

    private static float[] all(float value) {
        float[] values = new float[CHANNELS];
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void moreThanOneCommandTakes() {
        int many = 40;
        Tensor gradients = backend.tensor(many, CHANNELS);
        Tensor[] parts = new Tensor[many];
        for (int i = 0; i < many; i++) {
            parts[i] = backend.view(gradients, i * CHANNELS, CHANNELS);
            sum(parts[i], i);
        }
        for (int i = 0; i < many; i++) {
            assertArrayEquals(all(i * ROWS), read(parts[i]), "sum " + i);
        }
    }

    @Test
    void theLastOneCounts() {
        Tensor gradient = backend.tensor(CHANNELS);
        sum(gradient, 1);
        sum(gradient, 2);
        assertArrayEquals(all(2 * ROWS), read(gradient));
    }

    @Test
    void whatIsWrittenLaterStays() {
        Tensor gradient = backend.tensor(CHANNELS);
        sum(gradient, 1);
        backend.fill(gradient, 7);
        assertArrayEquals(all(7), read(gradient));
    }

    /** A sum over a tensor that itself waits for sums: these are made before, in the middle of the command. */
    @Test
    void sumsOfSums() {
        Tensor first = backend.tensor(CHANNELS);
        Tensor second = backend.tensor(CHANNELS);
        Tensor third = backend.tensor(CHANNELS);
        sum(first, 1);
        backend.activationBackward(first, second, first, Activation.IDENTITY, 1, CHANNELS);
        sum(third, 3);
        assertArrayEquals(all(ROWS), read(second));
        assertArrayEquals(all(3 * ROWS), read(third));
        assertArrayEquals(all(ROWS), read(first));
    }

    /** Of a step that is repeated nothing waits when it is over, and nothing from before becomes part of it. */
    @Test
    void withRepeatedSteps() {
        Tensor rows = backend.tensor(ROWS, CHANNELS);
        Tensor inside = backend.tensor(CHANNELS);
        Tensor before = backend.tensor(CHANNELS);
        for (int i = 1; i <= 4; i++) {
            sum(before, 10 * i);
            backend.fill(rows, i);
            backend.repeat(
                    this, () -> backend.activationBackward(rows, inside, rows, Activation.IDENTITY, ROWS, CHANNELS));
            assertArrayEquals(all(10 * i * ROWS), read(before), "before, round " + i);
            assertArrayEquals(all(i * ROWS), read(inside), "inside, round " + i);
        }
    }

    /** However many sums wait before it: a recorded step finds the scratch memory that its first run took. */
    @Test
    void aStepOfManySumsAfterMany() {
        int many = 12;
        Tensor[] left = new Tensor[many];
        Tensor[] inside = new Tensor[many];
        for (int i = 0; i < many; i++) {
            left[i] = backend.tensor(CHANNELS);
            inside[i] = backend.tensor(CHANNELS);
        }
        Tensor rows = backend.tensor(ROWS, CHANNELS);
        backend.fill(rows, 1);
        for (int round = 1; round <= 3; round++) {
            for (int i = 0; i < many; i++) {
                sum(left[i], i);
            }
            backend.repeat(this, () -> {
                for (Tensor to : inside) {
                    backend.activationBackward(rows, to, rows, Activation.IDENTITY, ROWS, CHANNELS);
                }
            });
            for (int i = 0; i < many; i++) {
                assertArrayEquals(all(i * ROWS), read(left[i]), "sum " + i);
                assertArrayEquals(all(ROWS), read(inside[i]), "sum " + i + " of the step");
            }
        }
    }

    @Test
    void aScopeEndsWhileSumsWait() {
        Tensor gradient = backend.tensor(CHANNELS);
        try (var _ = backend.scope()) {
            sum(backend.tensor(CHANNELS), 1);
            sum(gradient, 2);
        }
        assertArrayEquals(all(2 * ROWS), read(gradient));
    }

    /** Two layers' sums are one command. */
    @Test
    void oneCommandForAll() {
        Tensor gradients = backend.tensor(2, CHANNELS);
        Tensor[] parts = {backend.view(gradients, 0, CHANNELS), backend.view(gradients, CHANNELS, CHANNELS)};
        Tensor rows = backend.tensor(ROWS, CHANNELS);
        backend.fill(rows, 1);
        long before = device.launches();
        for (Tensor part : parts) {
            backend.activationBackward(rows, part, rows, Activation.IDENTITY, ROWS, CHANNELS);
        }
        float[] sums = read(gradients);
        assertEquals(3, device.launches() - before);
        assertArrayEquals(all(ROWS), Arrays.copyOf(sums, CHANNELS));
        assertArrayEquals(all(ROWS), Arrays.copyOfRange(sums, CHANNELS, 2 * CHANNELS));
    }
}
