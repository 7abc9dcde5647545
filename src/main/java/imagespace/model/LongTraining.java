package imagespace.model;

import imagespace.model.Safetensors.Values;
import imagespace.train.DivergedException;
import imagespace.train.EpochSummary;
import imagespace.train.Progress;
import imagespace.train.SampleHistory;
import imagespace.train.Training;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A training that survives a kill. At the end of an epoch, if it is time, all that it is goes to a file: weights,
 * optimiser, counters (the random state), the statistics of the samples, and the curves so far. Started again, it goes on
 * from there to the same bits as if it had never stopped.
 */
public final class LongTraining {
    private final Training training;
    private final Path file;
    private final String key;
    private final long everyNanos;
    private final SortedMap<String, SampleHistory> histories;
    private final SortedMap<String, List<Double>> curves = new TreeMap<>();
    private long written = System.nanoTime();

    /**
     * Goes on from the file if it is there, and starts otherwise.
     *
     * @param training not begun yet
     * @param file of the checkpoint
     * @param key tells trainings apart, such as the hash of the configuration: a file with another key is not used
     * @param every how much time may be lost by a kill; zero for a checkpoint after each epoch
     * @param histories statistics that are saved and restored with the training, by name; empty still
     * @throws ModelException if the file is damaged
     */
    public LongTraining(
            Training training, Path file, String key, Duration every, SortedMap<String, SampleHistory> histories)
            throws IOException, ModelException {
        this.training = training;
        this.file = file;
        this.key = key;
        this.everyNanos = every.toNanos();
        this.histories = histories;
        if (Files.exists(file)) {
            try {
                Safetensors saved = Safetensors.read(file);
                if (key.equals(saved.metadata().get("key"))) {
                    restore(saved);
                }
            } catch (ModelException | IllegalArgumentException e) {
                throw new ModelException(
                        "the checkpoint " + file + " cannot be used: " + e.getMessage()
                                + "; delete it to train from the start",
                        e);
            }
        }
    }

    /** The training. */
    public Training training() {
        return training;
    }

    /** Whether all epochs are done. */
    public boolean done() {
        return training.done();
    }

    /** Trains an epoch and adds {@code trainLoss} and {@code trainAccuracy} to the curves. */
    public EpochSummary epoch(Progress progress) throws DivergedException {
        EpochSummary summary = training.epoch(progress);
        add("trainLoss", summary.loss());
        add("trainAccuracy", summary.accuracy());
        return summary;
    }

    /** Adds a value to a curve: one an epoch. */
    public void add(String curve, double value) {
        curves.computeIfAbsent(curve, name -> new ArrayList<>()).add(value);
    }

    /** The curves so far, by name: one value an epoch. */
    public SortedMap<String, double[]> curves() {
        SortedMap<String, double[]> result = new TreeMap<>();
        curves.forEach((name, values) -> result.put(
                name, values.stream().mapToDouble(Double::doubleValue).toArray()));
        return result;
    }

    /** The epoch has ended, and all that belongs to it is added: writes the file if it is time, after the last epoch, too. */
    public void checkpoint() throws IOException {
        if (System.nanoTime() - written >= everyNanos) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            saved().write(file);
            written = System.nanoTime();
        }
    }

    private Safetensors saved() {
        Training.State state = training.state();
        SortedMap<String, String> metadata = new TreeMap<>();
        metadata.put("key", key);
        metadata.put("epoch", Integer.toString(state.epoch()));
        metadata.put("steps", Long.toString(state.steps()));
        SortedMap<String, Values> tensors = new TreeMap<>();
        tensors.put("parameters", Values.of(state.parameters(), state.parameters().length));
        for (int i = 0; i < state.optimizer().size(); i++) {
            tensors.put(
                    "optimizer." + i,
                    Values.of(state.optimizer().get(i), state.optimizer().get(i).length));
        }
        curves().forEach((name, values) -> tensors.put("curve." + name, Values.of(values)));
        histories.forEach((name, history) -> tensors.putAll(Histories.tensors(name, history)));
        return new Safetensors(metadata, tensors);
    }

    private void restore(Safetensors saved) throws ModelException {
        List<float[]> optimizer = new ArrayList<>();
        while (saved.tensors().containsKey("optimizer." + optimizer.size())) {
            optimizer.add(saved.tensors().get("optimizer." + optimizer.size()).floats());
        }
        for (String name : histories.keySet()) {
            Histories.restore(name, saved, histories.get(name));
        }
        for (String name : saved.tensors().keySet()) {
            if (name.startsWith("curve.")) {
                double[] values = saved.tensors().get(name).doubles();
                curves.put(
                        name.substring("curve.".length()),
                        new ArrayList<>(Arrays.stream(values).boxed().toList()));
            }
        }
        training.restore(new Training.State(
                Integer.parseInt(saved.metadata().get("epoch")),
                Long.parseLong(saved.metadata().get("steps")),
                saved.tensor("parameters").floats(),
                optimizer));
    }
}
