package imagespace.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.data.Scenes;
import imagespace.model.Histories;
import imagespace.model.LongTraining;
import imagespace.nn.Architecture;
import imagespace.optim.Optimizer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training statistics: they are what the network says, they change nothing, and they survive in files. */
class SampleHistoryTest {
    private static final Corpus CORPUS = Scenes.corpus(1, 90, 10);
    private static final Architecture NET = Architecture.named("allconv/2", 32, 32, 3, 10);

    @TempDir
    Path folder;

    private static TrainingConfig config(Optimizer optimizer, int epochs) {
        return new TrainingConfig(epochs, 32, optimizer, .1f, Augmentation.FLIP_AND_SHIFT, 5);
    }

    private static Training training(Backend backend, TrainingConfig config) {
        return new Training(backend, NET, CORPUS.train(), config);
    }

    private static float[] parameters(Training training) {
        return training.state().parameters();
    }

    @Test
    void recordingChangesNoBitOfTheWeights() throws Exception {
        try (Backend backend = new CpuBackend(2)) {
            Training silent = training(backend, config(Optimizer.adam(1e-3f), 3));
            Training recorded = training(backend, config(Optimizer.adam(1e-3f), 3));
            SampleHistory history =
                    new SampleHistory(CORPUS.train().ids(), CORPUS.train().labels());
            recorded.record(history);
            while (!silent.done()) {
                silent.epoch(Progress.SILENT);
                EpochSummary summary = recorded.epoch(Progress.SILENT);
                int right = 0;
                for (int i = 0; i < history.size(); i++) {
                    right += history.right(summary.epoch() - 1, i) ? 1 : 0;
                }
                assertEquals(summary.accuracy(), (double) right / history.size(), 1e-9, "it is the pass itself");
            }
            assertArrayEquals(parameters(silent), parameters(recorded));
            assertEquals(3, history.epochs());
        }
    }

    /** With a rate of nearly 0, no dropout and no augmentation, the pass says what the network says before it. */
    @Test
    void aPassSaysWhatTheNetworkSays() throws Exception {
        try (Backend backend = new CpuBackend(2)) {
            TrainingConfig still = new TrainingConfig(1, 32, Optimizer.adam(1e-12f), 0, Augmentation.NONE, 5);
            Training training = training(backend, still);
            Predictions before = training.predict(CORPUS.train(), Progress.SILENT);
            SampleHistory history =
                    new SampleHistory(CORPUS.train().ids(), CORPUS.train().labels());
            training.record(history);
            training.epoch(Progress.SILENT);
            SampleHistory after =
                    new SampleHistory(CORPUS.train().ids(), CORPUS.train().labels());
            after.add(training.predict(CORPUS.train(), Progress.SILENT));
            for (int i = 0; i < history.size(); i++) {
                assertEquals(before.predicted()[i], history.predicted(0, i), "sample " + i);
                assertEquals(before.ofLabel()[i], history.ofLabel(0, i), 1e-3, "sample " + i);
                assertEquals(before.maximum()[i], history.maximum(0, i), 1e-3, "sample " + i);
                assertEquals(history.ofLabel(0, i), after.ofLabel(0, i), 1e-3, "sample " + i);
            }
        }
    }

    @Test
    void otherSamplesAreRefused() {
        try (Backend backend = new CpuBackend(1)) {
            Training training = training(backend, config(Optimizer.adam(1e-3f), 1));
            assertThrows(
                    IllegalArgumentException.class, () -> training.record(new SampleHistory(new int[3], new int[3])));
            Dataset test = CORPUS.test();
            SampleHistory history =
                    new SampleHistory(CORPUS.train().ids(), CORPUS.train().labels());
            Predictions reversed = training.predict(test.at(new int[] {3, 2, 1, 0, 4, 5, 6, 7, 8, 9}), Progress.SILENT);
            assertThrows(IllegalArgumentException.class, () -> history.add(reversed));
        }
    }

    /** Stopped after every epoch, a training goes on to the same weights, curves and statistics. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTrainingGoesOnFromItsCheckpointToTheSameBits(boolean adam) throws Exception {
        Optimizer optimizer = adam ? Optimizer.adam(1e-3f) : new Optimizer.Sgd(.05f, .9f);
        TrainingConfig config = config(optimizer, 5);
        try (Backend backend = new CpuBackend(2)) {
            SampleHistory whole =
                    new SampleHistory(CORPUS.train().ids(), CORPUS.train().labels());
            Training undisturbed = training(backend, config);
            undisturbed.record(whole);
            double[] losses = new double[5];
            while (!undisturbed.done()) {
                EpochSummary summary = undisturbed.epoch(Progress.SILENT);
                losses[summary.epoch() - 1] = summary.loss();
            }

            Path file = folder.resolve("checkpoint");
            LongTraining last = null;
            SampleHistory history = null;
            for (int life = 0; last == null || !last.done(); life++) {
                history = new SampleHistory(CORPUS.train().ids(), CORPUS.train().labels());
                last = new LongTraining(
                        training(backend, config), file, "key", Duration.ZERO, new TreeMap<>(Map.of("train", history)));
                last.training().record(history);
                assertEquals(life, last.training().epoch(), "it begins where the last one ended");
                last.epoch(Progress.SILENT);
                last.checkpoint();
            }
            assertArrayEquals(parameters(undisturbed), parameters(last.training()));
            assertArrayEquals(losses, last.curves().get("trainLoss"));
            assertEquals(csv(whole), csv(history));

            SampleHistory again =
                    new SampleHistory(CORPUS.train().ids(), CORPUS.train().labels());
            LongTraining done = new LongTraining(
                    training(backend, config), file, "key", Duration.ZERO, new TreeMap<>(Map.of("train", again)));
            assertTrue(done.done(), "what was killed after its last epoch is not trained again");
            assertArrayEquals(parameters(undisturbed), parameters(done.training()));
            assertEquals(csv(whole), csv(again));

            LongTraining other =
                    new LongTraining(training(backend, config), file, "other", Duration.ZERO, new TreeMap<>());
            assertEquals(0, other.training().epoch(), "a checkpoint of another training is not used");
        }
    }

    private static String csv(SampleHistory history) {
        StringWriter text = new StringWriter();
        try (PrintWriter out = new PrintWriter(text)) {
            Histories.csv(out, history);
        }
        return text.toString();
    }

    @Test
    void aHistoryComesBackFromItsFile() throws Exception {
        SampleHistory history = new SampleHistory(new int[] {7, 3, 9}, new int[] {1, 0, 299});
        history.add(new Predictions(
                new int[] {7, 3, 9},
                new int[] {1, 0, 299},
                new int[] {1, 299, 0},
                new float[] {.5f, .25f, 1},
                new float[] {.5f, .125f, 0}));
        Path file = folder.resolve("history");
        Histories.write(file, "k", Map.of("train", history));
        SampleHistory read = new SampleHistory(new int[] {7, 3, 9}, new int[] {1, 0, 299});
        Histories.read(file, "k", Map.of("train", read));
        assertEquals(csv(history), csv(read));
        assertTrue(csv(read).contains("3,1,0,299,0.125,0.25,false"), csv(read));
        assertThrows(
                imagespace.model.ModelException.class,
                () -> Histories.read(file, "k", Map.of("train", new SampleHistory(new int[] {7, 3, 8}, new int[] {
                    1, 0, 299
                }))));
        assertThrows(imagespace.model.ModelException.class, () -> Histories.read(file, "other", Map.of()));
        assertEquals(Arrays.toString(new int[] {7, 3, 9}), Arrays.toString(read.ids()));
    }
}
