package imagespace.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.TestData;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.nn.Architecture;
import imagespace.nn.Nets;
import imagespace.optim.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Training as a whole: it learns, it repeats itself bit for bit, weights count, and divergence is told. */
class TrainingTest {
    private static final List<String> NAMES = List.of("dark", "bright", "striped");

    /** 6x6 grey images, noisy but separable: dark, bright, or with bright rows. */
    private static Dataset separable(int count) {
        SplittableRandom random = new SplittableRandom(1);
        int[] labels = new int[count];
        byte[] pixels = new byte[count * 36];
        for (int i = 0; i < count; i++) {
            labels[i] = i % 3;
            for (int p = 0; p < 36; p++) {
                boolean bright = labels[i] == 1 || labels[i] == 2 && p / 6 % 2 == 0;
                pixels[i * 36 + p] = (byte) (random.nextInt(80) + (bright ? 170 : 0));
            }
        }
        return Dataset.of(new Images(pixels, 6, 6, 1), labels, NAMES);
    }

    /** Some samples are noise, some weigh less: all that a run of the experiments may have. */
    private static Dataset withNoise(Dataset data) {
        int[] ids = data.ids().clone();
        int[] labels = data.labels().clone();
        float[] weights = data.weights().clone();
        for (int i = 0; i < ids.length; i += 7) {
            ids[i] = -1 - i;
            labels[i] = 3;
            weights[i] = 0.5f;
        }
        List<String> names = List.of("dark", "bright", "striped", "noise");
        return new Dataset(data.images(), ids, labels, weights, names);
    }

    private static Dataset weighted(Dataset d, float[] weights) {
        return new Dataset(d.images(), d.ids(), d.labels(), weights, d.classNames());
    }

    private static float[] parameters(Backend backend, Training training) {
        float[] values = new float[training.network().parameters().size()];
        backend.read(training.network().parameters(), values, values.length);
        return values;
    }

    private static float[] train(int threads, Architecture architecture, Dataset data, TrainingConfig config)
            throws DivergedException {
        try (Backend backend = new CpuBackend(threads)) {
            Training training = new Training(backend, architecture, data, config);
            while (!training.done()) {
                training.epoch(Progress.SILENT);
            }
            return parameters(backend, training);
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    /** The first training of a network in a process warms up on a copy, the second does not. */
    @Test
    void warmingUpChangesNothing() throws DivergedException {
        Architecture architecture = Nets.narrow(0.37f, 3); // that no other test has
        int size = architecture.height() * architecture.width() * architecture.channels();
        Images images = new Images(
                TestData.bytes(1, 70 * size), architecture.height(), architecture.width(), architecture.channels());
        Dataset data = Dataset.of(images, TestData.labels(2, 3, 70), NAMES);
        TrainingConfig config = new TrainingConfig(2, 33, Optimizer.adam(3e-3f), 0.1f, Augmentation.FLIP_AND_SHIFT, 5);
        float[] first = train(2, architecture, data, config);
        assertArrayEquals(bits(first), bits(train(2, architecture, data, config)));
    }

    @Test
    void aSeparableProblemIsLearned() throws DivergedException {
        try (Backend backend = new CpuBackend(2)) {
            Dataset data = separable(300);
            TrainingConfig config = new TrainingConfig(15, 32, Optimizer.adam(3e-3f), 0, Augmentation.NONE, 11);
            Training training = new Training(backend, Nets.tiny(0.25f, 3), data, config);
            double before = training.predict(data, Progress.SILENT).accuracy();
            EpochSummary last = null;
            while (!training.done()) {
                last = training.epoch(Progress.SILENT);
            }
            assertTrue(before < 0.9, "there is something to learn: " + before);
            assertEquals(15, last.epoch());
            assertTrue(last.loss() < 0.2, "loss of the last epoch: " + last.loss());
            Predictions predictions = training.predict(data, Progress.SILENT);
            assertEquals(1, predictions.accuracy());
            assertArrayEquals(data.ids(), predictions.ids());
            assertArrayEquals(predictions.maximum(), predictions.ofLabel());
        }
    }

    @Test
    void oneSeedGivesTheSameBitsOnAnyNumberOfThreads() throws DivergedException {
        Dataset data = withNoise(separable(150));
        TrainingConfig config = new TrainingConfig(3, 32, Optimizer.adam(1e-3f), 0.1f, new Augmentation(true, 2), 42);
        int[] one = bits(train(1, Nets.tiny(0.5f, 4), data, config));
        assertArrayEquals(one, bits(train(1, Nets.tiny(0.5f, 4), data, config)), "again");
        assertArrayEquals(one, bits(train(2, Nets.tiny(0.5f, 4), data, config)), "2 threads");
        assertArrayEquals(one, bits(train(3, Nets.tiny(0.5f, 4), data, config)), "3 threads");
        TrainingConfig other = new TrainingConfig(3, 32, Optimizer.adam(1e-3f), 0.1f, new Augmentation(true, 2), 43);
        assertFalse(Arrays.equals(one, bits(train(1, Nets.tiny(0.5f, 4), data, other))), "another seed");
    }

    @Test
    void theReferenceNetworkKerasGivesTheSameBitsOnAnyNumberOfThreads() throws DivergedException {
        Images images = new Images(TestData.bytes(1, 45 * 32 * 32 * 3), 32, 32, 3);
        Dataset data = Dataset.of(images, TestData.labels(2, 3, 45), NAMES);
        TrainingConfig config = TrainingConfig.plain(2, 20, 7);
        int[] one = bits(train(1, Architecture.keras(32, 32, 3, 3), data, config));
        assertArrayEquals(one, bits(train(2, Architecture.keras(32, 32, 3, 3), data, config)), "2 threads");
    }

    @Test
    void aSampleOfWeightZeroLeavesNoTrace() throws DivergedException {
        Dataset data = separable(90);
        float[] weights = data.weights().clone();
        byte[] otherPixels = data.images().pixels().clone();
        int[] otherLabels = data.labels().clone();
        for (int i = 0; i < weights.length; i += 3) {
            weights[i] = 0;
            Arrays.fill(otherPixels, i * 36, (i + 1) * 36, (byte) 99);
            otherLabels[i] = 2;
        }
        Dataset changed = new Dataset(new Images(otherPixels, 6, 6, 1), data.ids(), otherLabels, weights, NAMES);
        TrainingConfig config = TrainingConfig.plain(3, 16, 5);
        int[] bits = bits(train(2, Nets.tiny(0.25f, 3), weighted(data, weights), config));
        assertArrayEquals(bits, bits(train(2, Nets.tiny(0.25f, 3), changed, config)));
        assertFalse(Arrays.equals(bits, bits(train(2, Nets.tiny(0.25f, 3), data, config))), "the weight counts");
    }

    /** In one batch the order of the samples changes sums only by rounding. */
    @Test
    void weightsOfZeroEqualTrainingWithoutTheSamples() throws DivergedException {
        Dataset data = separable(60);
        float[] weights = data.weights().clone();
        int[] kept = new int[40];
        for (int i = 0; i < 60; i++) {
            if (i % 3 == 1) {
                weights[i] = 0;
            } else {
                kept[2 * (i / 3) + (i % 3 == 0 ? 0 : 1)] = i;
            }
        }
        TrainingConfig none = new TrainingConfig(0, 60, new Optimizer.Sgd(0.1f, 0.9f), 0.1f, Augmentation.NONE, 5);
        TrainingConfig config = new TrainingConfig(4, 60, new Optimizer.Sgd(0.1f, 0.9f), 0.1f, Augmentation.NONE, 5);
        float[] start = train(1, Nets.tiny(0, 3), data, none);
        double[] moved = change(start, train(1, Nets.tiny(0, 3), weighted(data, weights), config));
        double[] expected = change(start, train(1, Nets.tiny(0, 3), data.at(kept), config));
        assertTrue(TestData.norm(expected) > 0.01, "the training goes somewhere");
        double error = TestData.relativeError(moved, expected);
        assertTrue(error < 1e-5, "error " + error + "; " + TestData.worst(moved, expected));
    }

    private static double[] change(float[] from, float[] to) {
        double[] change = TestData.doubles(to);
        Arrays.setAll(change, i -> change[i] - from[i]);
        return change;
    }

    /** Weights scale the loss of a batch, not the size of the step: L divides by their sum. */
    @Test
    void allWeightsTimesFourChangeNothing() throws DivergedException {
        Dataset data = separable(60);
        float[] fours = new float[60];
        Arrays.fill(fours, 4);
        TrainingConfig config = TrainingConfig.plain(2, 16, 5);
        float[] ones = train(1, Nets.tiny(0, 3), data, config);
        float[] scaled = train(1, Nets.tiny(0, 3), weighted(data, fours), config);
        assertArrayEquals(bits(ones), bits(scaled), "4 is a power of two, so that not even rounding differs");
    }

    /** Batches can fall together without any weight; they have nothing to say. */
    @Test
    void aBatchWithoutAnyWeightTeachesNothing() throws DivergedException {
        Dataset data = separable(30);
        float[] weights = new float[30];
        weights[4] = 1;
        TrainingConfig config = TrainingConfig.plain(2, 4, 5);
        for (float p : train(1, Nets.tiny(0, 3), weighted(data, weights), config)) {
            assertTrue(Float.isFinite(p), "a parameter is " + p);
        }
    }

    @Test
    void divergenceIsTold() {
        TrainingConfig config = new TrainingConfig(5, 16, new Optimizer.Sgd(1e30f, 0), 0, Augmentation.NONE, 5);
        DivergedException e =
                assertThrows(DivergedException.class, () -> train(2, Nets.tiny(0, 3), separable(60), config));
        assertTrue(e.getMessage().contains("epoch 1"), e.getMessage());
    }

    @Test
    void theLastBatchMayBeSmaller() throws DivergedException {
        int[] images = {0};
        try (Backend backend = new CpuBackend(2)) {
            Training training = new Training(backend, Nets.tiny(0, 3), separable(33), TrainingConfig.plain(1, 16, 5));
            EpochSummary summary = training.epoch(n -> images[0] += n);
            assertEquals(33, images[0]);
            assertTrue(summary.accuracy() >= 0 && summary.accuracy() <= 1);
            assertTrue(training.done());
            assertEquals(33, training.predict(separable(33), Progress.SILENT).size());
        }
    }
}
