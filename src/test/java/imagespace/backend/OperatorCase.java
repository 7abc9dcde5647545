package imagespace.backend;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One call of one operator, for any backend.
 *
 * @param name operator and shape, for messages
 * @param tolerance largest relative error
 * @param call makes the tensors in a lab, calls the operator, and says what must come out
 */
record OperatorCase(String name, double tolerance, Function<Lab, List<Output>> call) {
    /** The largest relative error of an operator in float32. */
    static final double FLOAT = 1e-5;

    OperatorCase(String name, Function<Lab, List<Output>> call) {
        this(name, FLOAT, call);
    }

    /** A tensor that was set, and the values it must start with. */
    record Output(String name, Tensor tensor, Supplier<double[]> expected) {}

    /** Runs the operator, and compares all outputs with the reference. */
    void check(Backend backend, boolean views) {
        check(backend, views, tolerance);
    }

    /** The same with a tolerance for a device's precision; returns the largest relative error. */
    double check(Backend backend, boolean views, double allowed) {
        double largest = 0;
        try (var _ = backend.scope()) {
            Lab lab = new Lab(backend, views);
            for (Output output : call.apply(lab)) {
                String what = output.name + " of " + name + (views ? " (views)" : "") + " on " + backend.name();
                largest = Math.max(largest, lab.verify(what, output.tensor, output.expected.get(), allowed));
            }
            lab.verifyInputs(name);
        }
        return largest;
    }

    /** A supplier that computes once. */
    static <T> Supplier<T> once(Supplier<T> supplier) {
        return new Supplier<>() {
            private T value;

            @Override
            public T get() {
                if (value == null) {
                    value = supplier.get();
                }
                return value;
            }
        };
    }
}
