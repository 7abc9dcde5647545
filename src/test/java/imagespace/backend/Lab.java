package imagespace.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Tensors for one call of an operator, laid out so that mistakes show. Outputs start as NaN, so a value that is added
 * to or not set is seen. Tensors over images have room for {@link #ROOM} more; the room behind inputs is NaN, that
 * behind outputs must keep its bits. As views, tensors lie at an odd offset of a larger one, guarded likewise.
 */
final class Lab {
    private static final int ROOM = 2;
    private static final int OFFSET = 3;
    private static final int BEHIND = 5;
    private static final float GUARD = 12345.5f;

    private final Backend backend;
    private final boolean views;
    private final Map<Tensor, Slot> slots = new IdentityHashMap<>();

    /** Where a tensor lies, and what was there before the call. */
    private record Slot(Tensor base, int offset, float[] before, boolean input) {}

    Lab(Backend backend, boolean views) {
        this.backend = backend;
        this.views = views;
    }

    Backend backend() {
        return backend;
    }

    /** An input of exactly this shape. */
    Tensor given(double[] values, int... shape) {
        return tensor(values, Float.NaN, true, shape);
    }

    /** An input with room for more along the first dimension. */
    Tensor roomy(double[] values, int... shape) {
        return tensor(values, Float.NaN, true, withRoom(shape));
    }

    /** A tensor that the operator reads and changes. */
    Tensor changing(double[] values, int... shape) {
        return tensor(values, GUARD, false, shape);
    }

    /** The same, with room. */
    Tensor roomyChanging(double[] values, int... shape) {
        return tensor(values, GUARD, false, withRoom(shape));
    }

    /** An output of exactly this shape. */
    Tensor blank(int... shape) {
        return tensor(nans(shape), GUARD, false, shape);
    }

    /** An output with room. */
    Tensor roomyBlank(int... shape) {
        return tensor(nans(shape), GUARD, false, withRoom(shape));
    }

    private static double[] nans(int[] shape) {
        double[] values = new double[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    private static int[] withRoom(int[] shape) {
        int[] larger = shape.clone();
        larger[0] += ROOM;
        return larger;
    }

    private Tensor tensor(double[] values, float around, boolean input, int... shape) {
        int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        int offset = views ? OFFSET : 0;
        Tensor base = views ? backend.tensor(OFFSET + size + BEHIND) : backend.tensor(shape);
        Tensor tensor = views ? backend.view(base, OFFSET, shape) : base;
        float[] all = new float[base.size()];
        Arrays.fill(all, around);
        System.arraycopy(TestData.floats(values), 0, all, offset, values.length);
        backend.write(base, all, all.length);
        slots.put(tensor, new Slot(base, offset, all, input));
        return tensor;
    }

    /** Everything now in and around a tensor. */
    float[] memory(Tensor tensor) {
        Tensor base = slots.get(tensor).base;
        float[] values = new float[base.size()];
        backend.read(base, values, values.length);
        return values;
    }

    /** The first values of a tensor. */
    double[] values(Tensor tensor, int count) {
        int offset = slots.get(tensor).offset;
        return TestData.doubles(Arrays.copyOfRange(memory(tensor), offset, offset + count));
    }

    /** Fails unless a tensor starts with the expected values, and all around them is as it was; returns the error. */
    double verify(String what, Tensor tensor, double[] expected, double tolerance) {
        double[] actual = values(tensor, expected.length);
        double error = TestData.relativeError(actual, expected);
        if (!(error <= tolerance)) {
            fail(what + ": relative error " + error + " above " + tolerance + "; " + TestData.worst(actual, expected));
        }
        Slot slot = slots.get(tensor);
        float[] now = memory(tensor);
        for (int i = 0; i < now.length; i++) {
            if (i == slot.offset) {
                i += expected.length;
            }
            if (i < now.length) {
                assertSameBits(what + " wrote outside its values, at " + (i - slot.offset), slot.before[i], now[i]);
            }
        }
        return error;
    }

    /** Fails if an input has been changed. */
    void verifyInputs(String what) {
        for (Map.Entry<Tensor, Slot> entry : slots.entrySet()) {
            if (entry.getValue().input) {
                float[] now = memory(entry.getKey());
                for (int i = 0; i < now.length; i++) {
                    String where = what + " changed its input " + entry.getKey() + " at " + i;
                    assertSameBits(where, entry.getValue().before[i], now[i]);
                }
            }
        }
    }

    private static void assertSameBits(String what, float expected, float actual) {
        if (Float.floatToRawIntBits(expected) != Float.floatToRawIntBits(actual)) {
            assertEquals(expected, actual, what);
            fail(what + ": other bits");
        }
    }
}
