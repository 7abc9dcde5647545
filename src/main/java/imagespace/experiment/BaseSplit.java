package imagespace.experiment;

import imagespace.data.Dataset;
import imagespace.model.ModelException;
import imagespace.strategy.ConfidenceSplit;
import imagespace.train.DivergedException;
import imagespace.train.Predictions;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A base run of Table 1 (section 4.1): a training on all samples, stopped before over-fitting, whose predictions of the
 * training samples split them. The predictions are kept, see {@link BasePredictions}.
 */
final class BaseSplit {
    private final Trainer trainer;
    private final TrainingConfig config;
    private final Dataset train;
    private final Configuration configuration;
    private final Path file;
    /** Null until it is known. */
    private ConfidenceSplit split;

    private boolean tried;

    BaseSplit(Trainer trainer, TrainingConfig config, Dataset train, int run, Configuration configuration) {
        this.trainer = trainer;
        this.config = config;
        this.train = train;
        this.configuration = configuration;
        file = BasePredictions.file(trainer.folder(), run, configuration);
    }

    /** Trains, and keeps what the network says of the training samples. */
    Training train(PlanProgress progress) throws DivergedException, IOException, ModelException {
        tried = true;
        Training training = Trainer.toEnd(
                trainer.start(Table1.NETWORK, train, config, configuration, new TreeMap<>()), config, train, progress);
        Predictions base = training.predict(train, progress);
        BasePredictions.write(file, configuration, base);
        split = ConfidenceSplit.of(train, base);
        return training;
    }

    /**
     * The split; trained once more, in the time of whoever asks, if the predictions are missing or damaged.
     *
     * @throws Job.NotPossibleException if the base run has failed
     */
    ConfidenceSplit known(PlanProgress progress)
            throws Job.NotPossibleException, DivergedException, IOException, ModelException {
        if (tried && split == null) {
            throw new Job.NotPossibleException("its base run failed");
        }
        if (split == null) {
            Optional<Predictions> kept = predictions();
            if (kept.isPresent()) {
                split = ConfidenceSplit.of(train, kept.get());
            } else {
                progress.say("the predictions of a base run are missing or damaged: it is trained again");
                train(progress);
                trainer.discard(configuration);
            }
        }
        return split;
    }

    /** What it says of the training samples, if that is kept. */
    Optional<Predictions> predictions() {
        return BasePredictions.read(file, configuration, train.size());
    }
}
