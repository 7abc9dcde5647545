package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.model.LongTraining;
import imagespace.model.ModelException;
import imagespace.nn.Architecture;
import imagespace.train.DivergedException;
import imagespace.train.SampleHistory;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;

/**
 * Starts trainings, or goes on with them where a killed process left them. Checkpoints stay until the ledger holds the
 * result: what follows a training (predictions, attacks, a second classifier) may be killed, too.
 *
 * @param backend what computes
 * @param folder checkpoints go to {@code checkpoints/} in it, named after the configuration
 * @param every how much time a kill may cost
 */
record Trainer(Backend backend, Path folder, Duration every) {
    /** The one training of a run. */
    LongTraining start(
            String network,
            Dataset data,
            TrainingConfig config,
            Configuration configuration,
            SortedMap<String, SampleHistory> histories)
            throws IOException, ModelException {
        return start(network, data, config, configuration, "", histories);
    }

    /**
     * One training of several in a run.
     *
     * @param part its name, in letters
     */
    LongTraining start(
            String network,
            Dataset data,
            TrainingConfig config,
            Configuration configuration,
            String part,
            SortedMap<String, SampleHistory> histories)
            throws IOException, ModelException {
        Images images = data.images();
        Architecture architecture =
                Architecture.named(network, images.height(), images.width(), images.channels(), data.classes());
        Path file = checkpoints().resolve(prefix(configuration) + part + ".safetensors");
        String key = configuration.hash() + part;
        return new LongTraining(new Training(backend, architecture, data, config), file, key, every, histories);
    }

    /** Goes on with a training until its last epoch. */
    static Training toEnd(LongTraining training, TrainingConfig config, Dataset data, PlanProgress progress)
            throws DivergedException, IOException, ModelException {
        while (!training.done()) {
            progress.epoch(training.epoch(progress), config.epochs(), data.size());
            training.checkpoint();
        }
        return training.training();
    }

    /** The result of a run is kept: its checkpoints go, and what a kill has left of one that was being written. */
    void discard(Configuration configuration) throws IOException {
        if (Files.isDirectory(checkpoints())) {
            try (var files = Files.newDirectoryStream(checkpoints(), prefix(configuration) + "*")) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private Path checkpoints() {
        return folder.resolve("checkpoints");
    }

    private static String prefix(Configuration configuration) {
        return configuration.hash().substring(0, 16);
    }
}
