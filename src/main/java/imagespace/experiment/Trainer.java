package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.model.LongTraining;
import imagespace.model.ModelException;
import imagespace.nn.Architecture;
import imagespace.train.SampleHistory;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;

/**
 * Starts trainings, or goes on with them where a killed process left them.
 *
 * @param backend what computes
 * @param folder checkpoints go to {@code checkpoints/} in it, named after the configuration
 * @param every how much time a kill may cost
 */
record Trainer(Backend backend, Path folder, Duration every) {
    LongTraining start(
            String network,
            Dataset data,
            TrainingConfig config,
            Configuration configuration,
            SortedMap<String, SampleHistory> histories)
            throws IOException, ModelException {
        Images images = data.images();
        Architecture architecture =
                Architecture.named(network, images.height(), images.width(), images.channels(), data.classes());
        String key = configuration.hash();
        Path file = folder.resolve("checkpoints").resolve(key.substring(0, 16) + ".safetensors");
        return new LongTraining(new Training(backend, architecture, data, config), file, key, every, histories);
    }
}
