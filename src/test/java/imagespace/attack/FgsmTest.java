package imagespace.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Backend;
import imagespace.backend.TestData;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.nn.Architecture;
import imagespace.nn.Nets;
import imagespace.nn.Network;
import imagespace.nn.ReferenceNetwork;
import imagespace.train.Predictions;
import imagespace.train.Predictor;
import imagespace.train.Progress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FGSM against what it must be: eps, the sign of a finite-difference gradient, and [0, 1]. */
class FgsmTest {
    private static final int CLASSES = 5;
    private static final Architecture NET = Nets.smallAllconv(CLASSES);

    /** Images with many values at 0 and 255, so that clipping happens. */
    private static Dataset samples(int count) {
        byte[] pixels = TestData.bytes(7, count * NET.height() * NET.width() * NET.channels());
        for (int i = 0; i < pixels.length; i += 5) {
            pixels[i] = (byte) (i % 2 == 0 ? 0 : 255);
        }
        Images images = new Images(pixels, NET.height(), NET.width(), NET.channels());
        List<String> names =
                IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
        return Dataset.of(images, TestData.labels(3, CLASSES, count), names);
    }

    private static double[] values(Dataset samples) {
        byte[] pixels = samples.images().pixels();
        double[] values = new double[pixels.length];
        Arrays.setAll(values, i -> (float) ((pixels[i] & 0xFF) / 255.0));
        return values;
    }

    @ParameterizedTest
    @ValueSource(doubles = {.3, .1, .05, .01, 1})
    void everyValueMovesByEpsOrToTheEdge(double eps) {
        Dataset samples = samples(3);
        try (Backend backend = new CpuBackend(2)) {
            Fgsm fgsm = new Fgsm(backend, new Network(backend, NET, 4, 5), 4, Fgsm.Label.PREDICTED);
            float[] attacked = fgsm.attacked(samples, eps);
            double[] x = values(samples);
            int moved = 0;
            for (int i = 0; i < x.length; i++) {
                assertTrue(attacked[i] >= 0 && attacked[i] <= 1, "value " + i + " is " + attacked[i]);
                double change = Math.abs(attacked[i] - x[i]);
                boolean clipped = attacked[i] == 0 || attacked[i] == 1;
                if (!clipped) {
                    assertEquals(eps, change, 1e-6, "value " + i);
                }
                assertTrue(change <= eps + 1e-6, "value " + i + " moved by " + change);
                moved += change > 0 ? 1 : 0;
            }
            assertTrue(moved > x.length / 2, "most values move: " + moved + " of " + x.length);
        }
    }

    /** So many that batch, room and image size multiplied exceed an int. */
    @Test
    void aLargeBatchIsAttackedToItsEnd() {
        int count = 1 << 13;
        assertTrue((long) count * count * samples(1).images().imageSize() > Integer.MAX_VALUE);
        Dataset samples = samples(count);
        try (Backend backend = new CpuBackend(2)) {
            Fgsm fgsm = new Fgsm(backend, new Network(backend, NET, count, 5), count, Fgsm.Label.PREDICTED);
            float[] attacked = fgsm.attacked(samples, .1);
            double[] x = values(samples);
            int size = samples.images().imageSize();
            for (int image : new int[] {0, count - 1}) {
                long moved = IntStream.range(image * size, (image + 1) * size)
                        .filter(i -> attacked[i] != (float) x[i])
                        .count();
                assertTrue(moved > size / 2, moved + " of " + size + " values of image " + image + " move");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Fgsm.Label.class)
    void itFollowsTheSignOfAFiniteDifferenceGradient(Fgsm.Label label) {
        Dataset samples = samples(1);
        try (Backend backend = new CpuBackend(2)) {
            Network network = new Network(backend, NET, 1, 5);
            double[] parameters = new double[network.parameters().size()];
            float[] read = new float[parameters.length];
            backend.read(network.parameters(), read, read.length);
            Arrays.setAll(parameters, i -> read[i]);
            int predicted = new Predictor(backend, network, 1, 0)
                    .predict(samples, Progress.SILENT)
                    .predicted()[0];
            assertFalse(predicted == samples.labels()[0], "both kinds of label differ here");
            int[] labels = {label == Fgsm.Label.TRUE ? samples.labels()[0] : predicted};

            float[] attacked = new Fgsm(backend, network, 1, label).attacked(samples, .01);
            double[] x = values(samples);
            int compared = 0;
            for (int i = 0; i < x.length; i += 3) {
                double slope = (loss(parameters, x, i, 1e-6, labels) - loss(parameters, x, i, -1e-6, labels)) / 2e-6;
                boolean clipped = attacked[i] == 0 || attacked[i] == 1;
                if (Math.abs(slope) > 1e-7 && !clipped) {
                    assertEquals(
                            Math.signum(slope), Math.signum(attacked[i] - x[i]), "value " + i + ", slope " + slope);
                    compared++;
                }
            }
            assertTrue(compared > x.length / 6, "enough values were compared: " + compared);
        }
    }

    private static double loss(double[] parameters, double[] x, int at, double by, int[] labels) {
        double[] moved = x.clone();
        moved[at] += by;
        return new ReferenceNetwork(NET, parameters, moved, labels, new double[] {1}, 0).loss();
    }

    @Test
    void withoutPerturbationItIsTheAccuracyAndBatchesDoNotMatter() {
        Dataset samples = samples(7);
        try (Backend backend = new CpuBackend(2)) {
            Network network = new Network(backend, NET, 7, 5);
            Predictions predictions = new Predictor(backend, network, 7, 0).predict(samples, Progress.SILENT);
            List<Double> eps = List.of(0.0, .02, .3);
            double[] whole = new Fgsm(backend, network, 7, Fgsm.Label.TRUE).accuracy(samples, eps, Progress.SILENT);
            double[] ragged = new Fgsm(backend, network, 3, Fgsm.Label.TRUE).accuracy(samples, eps, Progress.SILENT);
            assertEquals(predictions.accuracy(), whole[0]);
            for (int e = 0; e < whole.length; e++) {
                assertEquals(whole[e], ragged[e], "eps " + eps.get(e));
            }
        }
    }
}
