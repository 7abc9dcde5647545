package imagespace.experiment;

import imagespace.data.Dataset;
import imagespace.model.Histories;
import imagespace.model.LongTraining;
import imagespace.model.ModelException;
import imagespace.strategy.ConfusionMatrix;
import imagespace.strategy.IllusiveSamples;
import imagespace.strategy.SampleStatistics;
import imagespace.train.DivergedException;
import imagespace.train.SampleHistory;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A training on all samples whose statistics tell which are illusive: of the training samples, by what the network says of
 * them in the training pass itself (dropout on, as its weights are then) or, if wished, after each epoch; and, for analysis
 * only, of the test samples, after each epoch. Kept in {@code base-HASH.safetensors}.
 */
public final class BaseRun {
    private final Trainer trainer;
    private final String network;
    private final Dataset train;
    private final Dataset test;
    private final TrainingConfig config;
    private final Configuration configuration;
    private final int tolerance;
    private final boolean recordAfterEpoch;
    private final SortedMap<String, SampleHistory> histories = new TreeMap<>();
    private boolean known;
    private boolean tried;

    BaseRun(
            Trainer trainer,
            RunSettings settings,
            Dataset train,
            Dataset test,
            TrainingConfig config,
            Configuration configuration) {
        this.trainer = trainer;
        this.network = settings.network();
        this.train = train;
        this.test = test;
        this.config = config;
        this.configuration = configuration;
        this.tolerance = settings.tolerance();
        this.recordAfterEpoch = settings.recordAfterEpoch();
    }

    /** About how much work it is. */
    Cost cost() {
        long after = recordAfterEpoch ? (long) config.epochs() * train.size() : 0;
        return new Cost((long) config.epochs() * train.size(), after + (long) config.epochs() * test.size());
    }

    Configuration configuration() {
        return configuration;
    }

    /** Where the statistics are kept. */
    Path file() {
        return trainer.folder().resolve("base-" + configuration.hash().substring(0, 16) + ".safetensors");
    }

    private void forget() {
        histories.put("train", new SampleHistory(train.ids(), train.labels()));
        histories.put("test", new SampleHistory(test.ids(), test.labels()));
    }

    /** Trains, keeps the statistics, and returns the network at its end with its curves of training. */
    LongTraining train(PlanProgress progress) throws DivergedException, IOException, ModelException {
        forget();
        tried = true;
        SampleHistory ofTrain = histories.get("train");
        LongTraining training = trainer.start(network, train, config, configuration, histories);
        if (!recordAfterEpoch) {
            training.training().record(ofTrain);
        }
        while (!training.done()) {
            progress.epoch(training.epoch(progress), config.epochs(), train.size());
            if (recordAfterEpoch) {
                ofTrain.add(training.training().predict(train, progress));
            }
            histories.get("test").add(training.training().predict(test, progress));
            training.checkpoint();
        }
        Histories.write(file(), configuration.hash(), histories);
        known = true;
        return training;
    }

    /**
     * Reads the statistics, or trains again if they are missing.
     *
     * @throws Job.NotPossibleException if that training has just failed
     */
    void ensureKnown(PlanProgress progress)
            throws DivergedException, Job.NotPossibleException, IOException, ModelException {
        if (tried && !known) {
            throw new Job.NotPossibleException("its base run failed");
        }
        if (!known && !read()) {
            progress.say("the statistics of a base run are missing: it is trained again");
            train(progress);
            trainer.discard(configuration);
        }
    }

    /** Reads the statistics; returns whether they are there. */
    public boolean read() throws IOException, ModelException {
        if (!known) {
            forget();
            try {
                Histories.read(file(), configuration.hash(), histories);
                known = true;
            } catch (NoSuchFileException e) {
                return false;
            }
        }
        return known;
    }

    /** The training samples. */
    public Dataset samples() {
        return train;
    }

    /** The statistics of the training samples. */
    SampleHistory trainHistory() {
        return histories.get("train");
    }

    /** What the statistics say of each training sample. */
    public SampleStatistics statistics() {
        return SampleStatistics.of(List.of(trainHistory()), train.classes());
    }

    /** The illusive training samples. */
    public IllusiveSamples illusive() {
        return IllusiveSamples.of(statistics(), tolerance);
    }

    /** The illusive test samples: for analysis only, nothing that is deployed may know them. */
    public IllusiveSamples illusiveTest() {
        return IllusiveSamples.of(SampleStatistics.of(List.of(histories.get("test")), test.classes()), tolerance);
    }

    /** How the classes of training samples are confused. */
    public ConfusionMatrix confusions() {
        return ConfusionMatrix.of(List.of(trainHistory()), train.classes());
    }
}
