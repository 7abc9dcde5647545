package imagespace.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What every backend must do: each operator against the float64 reference, in tensors of their own and in views, over
 * NaN, with guards around all of it (see {@link Lab}).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BackendContract {
    private Backend backend;

    /** Opens the backend under test, or throws TestAbortedException where there is none: all is reported as skipped. */
    protected abstract Backend open();

    @BeforeAll
    final void openOnce() {
        backend = open();
    }

    @AfterAll
    final void closeAtLast() {
        if (backend != null) {
            backend.close();
        }
    }

    private Stream<DynamicTest> check(List<OperatorCase> cases) {
        assertFalse(cases.isEmpty());
        return Stream.of(false, true)
                .flatMap(views -> cases.stream()
                        .map(c -> dynamicTest(c.name() + (views ? " (views)" : ""), () -> c.check(backend, views))));
    }

    @TestFactory
    Stream<DynamicTest> convolution() {
        return check(ConvolutionCases.ALL);
    }

    @TestFactory
    Stream<DynamicTest> denseAndActivation() {
        return check(DenseCases.ALL);
    }

    @TestFactory
    Stream<DynamicTest> pooling() {
        return check(PoolingCases.ALL);
    }

    @TestFactory
    Stream<DynamicTest> pooledConvolution() {
        return check(PooledConvolutionCases.ALL);
    }

    @TestFactory
    Stream<DynamicTest> dropoutLossAndUpdates() {
        return check(TrainingCases.ALL);
    }

    @TestFactory
    Stream<DynamicTest> assembly() {
        return check(AssemblyCases.ALL);
    }

    @Test
    void newTensorsAreZero() {
        Tensor tensor = backend.tensor(3, 5);
        assertArrayEquals(new int[] {3, 5}, tensor.shape());
        assertArrayEquals(new float[15], read(tensor));
    }

    @Test
    void writeAndReadTouchOnlyTheFirstValues() {
        Tensor tensor = backend.tensor(5);
        backend.fill(tensor, 7);
        backend.write(tensor, new float[] {1, 2, 3, 4, 5, 6}, 3);
        float[] values = {9, 9, 9, 9, 9, 9};
        backend.read(tensor, values, 4);
        assertArrayEquals(new float[] {1, 2, 3, 7, 9, 9}, values);
    }

    @Test
    void viewsShareTheirValues() {
        Tensor tensor = backend.tensor(12);
        Tensor view = backend.view(tensor, 3, 2, 4);
        Tensor inner = backend.view(view, 5, 2);
        assertArrayEquals(new int[] {2, 4}, view.shape());
        backend.fill(view, 1);
        backend.fill(inner, 2);
        assertArrayEquals(new float[] {0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 1, 0}, read(tensor));
        backend.write(tensor, new float[] {5, 5, 5, 5}, 4);
        assertArrayEquals(new float[] {5, 1, 1, 1, 1, 2, 2, 1}, read(view));
    }

    @Test
    void totalsAddUpOverCalls() {
        Tensor totals = backend.tensor(3);
        Tensor logits = backend.tensor(2, 4);
        Tensor labels = backend.tensor(2);
        Tensor weights = backend.tensor(2);
        backend.write(logits, new float[] {3, 0, 0, 0, 0, 0, 0, 2}, 8);
        backend.write(labels, new float[] {0, 1}, 2);
        backend.fill(weights, 0.5f);
        for (int i = 0; i < 3; i++) {
            backend.softmaxCrossEntropy(
                    backend.tensor(2, 4), backend.tensor(2, 4), totals, logits, labels, weights, 0, 4, 2);
        }
        double loss = 0.5 * (Math.log(1 + 3 * Math.exp(-3)) + Math.log(3 + Math.exp(2)));
        float[] sums = read(totals);
        assertEquals(3 * loss, sums[0], 1e-5);
        assertEquals(3, sums[1]);
        assertEquals(3, sums[2], "the first of two samples is right, in each of three calls");
    }

    private float[] read(Tensor tensor) {
        float[] values = new float[tensor.size()];
        backend.read(tensor, values, values.length);
        return values;
    }
}
