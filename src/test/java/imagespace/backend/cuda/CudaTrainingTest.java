package imagespace.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.attack.Fgsm;
import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.DeviceException;
import imagespace.backend.Tensor;
import imagespace.backend.TestData;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.nn.Architecture;
import imagespace.nn.Nets;
import imagespace.optim.Optimizer;
import imagespace.train.DivergedException;
import imagespace.train.Progress;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole trainings on {@link HostDevice}: recorded steps, kept copies of filters, memory; and the CPU's random numbers. */
class CudaTrainingTest {
    private static final int CLASSES = 3;
    private static final int BATCH = 8;
    /** Four whole batches, and one of two. */
    private static final int SAMPLES = 4 * BATCH + 2;

    private static Architecture network(String name) {
        return switch (name) {
            case "mixed" -> Nets.mixed(0.3f, CLASSES);
            case "keras" -> Nets.smallKeras(CLASSES);
            case "narrow" -> Nets.narrow(0.3f, CLASSES);
            default -> Nets.smallAllconv(CLASSES);
        };
    }

    /** Random images, some of them samples of noise, with weights. */
    private static Dataset data(Architecture a) {
        byte[] pixels = TestData.bytes(1, SAMPLES * a.height() * a.width() * a.channels());
        int[] ids =
                IntStream.range(0, SAMPLES).map(i -> i % 5 == 4 ? -1 - i : i).toArray();
        float[] weights = TestData.floats(TestData.uniform(2, SAMPLES, 0, 2));
        return new Dataset(
                new Images(pixels, a.height(), a.width(), a.channels()),
                ids,
                TestData.labels(3, CLASSES, SAMPLES),
                weights,
                List.of("a", "b", "c"));
    }

    /** Adam, which divides by the size of a gradient; and SGD for the network of the longest sums, whose rounding that would show. */
    private static TrainingConfig config(String network) {
        Optimizer optimizer = network.equals("narrow") ? new Optimizer.Sgd(1e-2f, 0.9f) : Optimizer.adam(1e-2f);
        return new TrainingConfig(2, BATCH, optimizer, 0.1f, Augmentation.FLIP_AND_SHIFT, 7);
    }

    /** Parameters after each of two epochs, the predictions made between them, and accuracy under attack. */
    static List<float[]> train(Backend backend, String network) throws DivergedException {
        List<float[]> results = new ArrayList<>();
        try (var _ = backend.scope()) {
            Architecture architecture = network(network);
            Dataset data = data(architecture);
            Training training = new Training(backend, architecture, data, config(network));
            while (!training.done()) {
                training.epoch(Progress.SILENT);
                results.add(training.state().parameters());
                results.add(training.predict(data, Progress.SILENT).maximum());
            }
            Fgsm fgsm = new Fgsm(backend, training.network(), BATCH, Fgsm.Label.PREDICTED);
            results.add(TestData.floats(fgsm.accuracy(attacked(data), List.of(0.0, 0.1), Progress.SILENT)));
        }
        return results;
    }

    /** The samples that are no noise. */
    private static Dataset attacked(Dataset data) {
        return data.at(
                IntStream.range(0, data.size()).filter(i -> data.ids()[i] >= 0).toArray());
    }

    /** The same backend, but it repeats nothing. */
    private static Backend withoutRecording(Backend backend) {
        return (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (_, method, arguments) -> {
                    if (method.getName().equals("repeat")) {
                        ((Runnable) arguments[1]).run();
                        return null;
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixed", "keras", "allconv", "narrow"})
    void recordedStepsGiveTheBitsOfPlainOnes(String network) throws DivergedException {
        try (Backend backend = HostCuda.open()) {
            List<float[]> plain = train(withoutRecording(backend), network);
            List<float[]> recorded = train(backend, network);
            for (int i = 0; i < plain.size(); i++) {
                assertArrayEquals(plain.get(i), recorded.get(i), "result " + i);
            }
        }
    }

    /** Whose convolutions are direct here: what Winograd's lose, Adam makes up to 1e-4 of the parameters. */
    @ParameterizedTest
    @ValueSource(strings = {"mixed", "keras", "allconv", "narrow"})
    void followsTheCpu(String network) throws DivergedException {
        try (Backend backend = HostCuda.open();
                Backend cpu = new CpuBackend(1, ConvAlgorithm.DIRECT)) {
            List<float[]> expected = train(cpu, network);
            List<float[]> actual = train(backend, network);
            for (int i = 0; i < expected.size(); i++) {
                double error =
                        TestData.relativeError(TestData.doubles(actual.get(i)), TestData.doubles(expected.get(i)));
                assertTrue(error < 1e-5, "result " + i + " is off by " + error);
            }
        }
    }

    @Test
    void aRecordedStepIsOneCopyToTheDevice() {
        HostDevice device = new HostDevice();
        try (Backend backend = HostDevice.backend(device)) {
            Architecture architecture = network("keras");
            Training training = new Training(backend, architecture, data(architecture), config("keras"));
            training.step(0, BATCH);
            training.step(BATCH, BATCH);
            long before = device.launches();
            training.step(2 * BATCH, BATCH);
            assertEquals(1, device.launches() - before);
        }
    }

    @Test
    void aScopeGivesItsMemoryBack() throws DivergedException {
        HostDevice device = new HostDevice();
        try (Backend backend = HostDevice.backend(device)) {
            train(backend, "keras"); // the first one takes the memory that operators share
            int before = device.allocations();
            train(backend, "keras");
            assertEquals(before, device.allocations());
            Backend.Scope outer = backend.scope();
            Backend.Scope inner = backend.scope();
            assertThrows(IllegalStateException.class, outer::close);
            inner.close();
            outer.close();
        }
    }

    @Test
    void aStepThatChangesOrReadsIsRefused() {
        try (Backend backend = HostCuda.open()) {
            Tensor tensor = backend.tensor(4);
            float[] values = new float[4];
            int[] count = {2};
            Runnable step = () -> backend.write(tensor, values, count[0]);
            backend.repeat(tensor, step);
            backend.repeat(tensor, step);
            count[0] = 4;
            assertThrows(DeviceException.class, () -> backend.repeat(tensor, step));
            count[0] = 2;
            values[1] = 5;
            backend.repeat(tensor, step);
            backend.read(tensor, values, 4);
            assertArrayEquals(new float[] {0, 5, 0, 0}, values, "and a failed one leaves no trace");
            Object other = new Object();
            backend.repeat(other, () -> {});
            assertThrows(
                    IllegalStateException.class, () -> backend.repeat(other, () -> backend.read(tensor, values, 1)));
            assertThrows(IllegalStateException.class, () -> backend.repeat(other, () -> backend.tensor(1)));
        }
    }

    @Test
    void valuesAreSafeInTheOutboxWhileItGoesRound() {
        try (Backend backend = HostCuda.open()) {
            int size = 10_000;
            List<Tensor> tensors = new ArrayList<>();
            for (int i = 0; i < 40; i++) { // more than the outbox holds, and nobody waits
                float[] values = new float[size];
                Arrays.fill(values, i);
                Tensor tensor = backend.tensor(size);
                backend.write(tensor, values, size);
                tensors.add(tensor);
            }
            float[] read = new float[size];
            for (int i = 0; i < tensors.size(); i++) {
                backend.read(tensors.get(i), read, size);
                assertEquals(i, read[size - 1]);
                assertEquals(i, read[0]);
            }
        }
    }
}
