package imagespace.train;

import imagespace.backend.Backend;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import imagespace.backend.Tensor;
import imagespace.data.Dataset;
import imagespace.nn.Architecture;
import imagespace.nn.Network;
import imagespace.optim.Optimizer.Stepper;
import java.util.Arrays;
import java.util.List;

/**
 * One network being trained on one data set. A training step is {@link #learn}: batch, forward, loss, backward, update;
 * {@link #step} has it done, {@link #epoch} repeats it.
 *
 * <p>Seed, data and configuration fix every bit of the result on the CPU.
 */
public final class Training {
    /** How often the loss is looked at, in steps: each look waits for the device. */
    private static final int LOOK = 32;

    private final Backend backend;
    private final Network network;
    private final Dataset data;
    private final TrainingConfig config;
    private final Stepper optimizer;
    private final Predictor predictor;
    private final Pixels pixels;
    private final Tensor labels;
    private final Tensor weights;
    private final Tensor probabilities;
    /** Sum of weighted losses, sum of weights, number right, since the epoch began. */
    private final Tensor totals;

    private final float[] totalsRead = new float[3];
    /** The epoch's order: ids, labels and weights of the samples as they come. */
    private final int[] order;

    private final int[] orderedIds;
    private final float[] labelBatch;
    private final float[] weightBatch;
    private SampleHistory history; // null if nothing is recorded
    private float[] probabilitiesRead;
    private long augmentSeed;
    private int epoch;
    private long steps;
    /** {@link #learn} as an object made once: a step takes no memory. */
    private final Runnable learn = this::learn;

    private int stepFrom;
    private int stepSize;

    /** A fresh network for the data's image size. The architecture must have an output for each class. */
    public Training(Backend backend, Architecture architecture, Dataset data, TrainingConfig config) {
        this.backend = backend;
        this.data = data;
        this.config = config;
        if (data.size() == 0) {
            throw new IllegalArgumentException("there is no sample to train on");
        }
        WarmUp.before(backend, architecture, data, config);
        network = new Network(backend, architecture, config.batch(), config.seed());
        if (network.classes() < data.classes()) {
            throw new IllegalArgumentException(
                    "the network has " + network.classes() + " outputs, the data " + data.classes() + " classes");
        }
        optimizer = config.optimizer().start(backend, network.parameters());
        predictor = new Predictor(backend, network, config.batch(), config.seed());
        pixels = predictor.pixels(data.images());
        labels = backend.tensor(config.batch());
        weights = backend.tensor(config.batch());
        probabilities = backend.tensor(config.batch(), network.classes());
        totals = backend.tensor(3);
        order = new int[data.size()];
        orderedIds = new int[data.size()];
        labelBatch = new float[config.batch()];
        weightBatch = new float[config.batch()];
        startEpoch();
    }

    /** The network as it stands. */
    public Network network() {
        return network;
    }

    /** Epochs finished. */
    public int epoch() {
        return epoch;
    }

    /** Whether all epochs are done. */
    public boolean done() {
        return epoch >= config.epochs();
    }

    /**
     * Trains one epoch: every sample once, in an order of the epoch's own.
     *
     * @throws DivergedException when the loss is no longer a finite number
     */
    public EpochSummary epoch(Progress progress) throws DivergedException {
        long start = System.nanoTime();
        startEpoch();
        if (history != null) {
            history.startEpoch();
        }
        int step = 0;
        for (int from = 0; from < data.size(); from += config.batch()) {
            int n = Math.min(config.batch(), data.size() - from);
            step(from, n);
            progress.advance(n);
            if (++step % LOOK == 0) {
                checkLoss();
            }
        }
        checkLoss();
        checkParameters();
        epoch++;
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new EpochSummary(epoch, totalsRead[0] / totalsRead[1], (double) totalsRead[2] / data.size(), seconds);
    }

    /**
     * A training step on the samples {@code [from, from + n)} of the epoch's order, and the statistics if they are wanted.
     */
    public void step(int from, int n) {
        stepFrom = from;
        stepSize = n;
        if (n == config.batch()) {
            backend.repeat(this, learn);
        } else {
            learn.run();
        }
        if (history != null) {
            recordBatch(from, n);
        }
    }

    /** The step itself: batch, forward, loss, backward, update. */
    private void learn() {
        int from = stepFrom;
        int n = stepSize;
        assembleBatch(from, n);
        network.forward(n, true, Philox.derive(config.seed(), RandomStream.DROPOUT, steps));
        backend.softmaxCrossEntropy(
                network.dLogits(),
                probabilities,
                totals,
                network.logits(),
                labels,
                weights,
                config.labelSmoothing(),
                network.classes(),
                n);
        network.backward(n, true);
        optimizer.step(network.gradients(), ++steps);
    }

    private void assembleBatch(int from, int n) {
        backend.assemble(
                network.input(), pixels, orderedIds, from, config.augmentation(), config.seed(), augmentSeed, n);
        for (int i = 0; i < n; i++) {
            labelBatch[i] = data.labels()[order[from + i]];
            weightBatch[i] = data.weights()[order[from + i]];
        }
        backend.write(labels, labelBatch, n);
        backend.write(weights, weightBatch, n);
    }

    /** Draws the epoch's order (Fisher and Yates' shuffle, from the identity) and seeds. */
    private void startEpoch() {
        long seed = Philox.derive(config.seed(), RandomStream.SHUFFLE, epoch);
        augmentSeed = Philox.derive(config.seed(), RandomStream.AUGMENT, epoch);
        Arrays.setAll(order, i -> i);
        for (int i = order.length - 1; i > 0; i--) {
            int j = Philox.below(i + 1, seed, RandomStream.SHUFFLE, i);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        Arrays.setAll(orderedIds, i -> data.ids()[order[i]]);
        backend.fill(totals, 0);
    }

    private void checkLoss() throws DivergedException {
        backend.read(totals, totalsRead, 3);
        if (!Float.isFinite(totalsRead[0])) {
            throw new DivergedException(
                    "the loss became " + totalsRead[0] + " in epoch " + (epoch + 1) + "; try a smaller learning rate");
        }
    }

    /** The last step's update shows in no loss any more. */
    private void checkParameters() throws DivergedException {
        for (float value : read(network.parameters())) {
            if (!Float.isFinite(value)) {
                throw new DivergedException(
                        "a weight became " + value + " in epoch " + (epoch + 1) + "; try a smaller learning rate");
            }
        }
    }

    /**
     * From the next epoch on, keeps what the training pass itself says of every sample: the statistics of section 4.3 at no
     * further pass. It reads, and changes nothing: the weights come out the same.
     */
    public void record(SampleHistory samples) {
        if (samples.size() != data.size()) {
            throw new IllegalArgumentException(samples.size() + " samples to record, " + data.size() + " to train on");
        }
        history = samples;
        probabilitiesRead = new float[config.batch() * network.classes()];
    }

    private void recordBatch(int from, int n) {
        int classes = network.classes();
        backend.read(probabilities, probabilitiesRead, n * classes);
        for (int i = 0; i < n; i++) {
            int position = order[from + i];
            int best = Predictions.largest(probabilitiesRead, i * classes, classes);
            history.set(
                    position,
                    best,
                    probabilitiesRead[i * classes + data.labels()[position]],
                    probabilitiesRead[i * classes + best]);
        }
    }

    /** Classifies samples with the network as it stands: dropout off, no augmentation. */
    public Predictions predict(Dataset samples, Progress progress) {
        return predictor.predict(samples, progress);
    }

    /**
     * All that a training is between two epochs, besides its data and configuration: random numbers are functions of the
     * seed and these counters.
     *
     * @param epoch epochs finished
     * @param steps steps done
     * @param parameters of the network
     * @param optimizer what the optimiser remembers
     */
    public record State(int epoch, long steps, float[] parameters, List<float[]> optimizer) {}

    /** The state after the last epoch that ended. */
    public State state() {
        return new State(
                epoch,
                steps,
                read(network.parameters()),
                optimizer.state().stream().map(this::read).toList());
    }

    /**
     * Goes on from a state of a training with the same data and configuration, to the same bits.
     *
     * @throws IllegalArgumentException if it is of another network or optimiser
     */
    public void restore(State state) {
        boolean fits = state.parameters.length == network.parameters().size()
                && state.optimizer.size() == optimizer.state().size()
                && state.optimizer.stream().allMatch(s -> s.length == state.parameters.length);
        if (!fits) {
            throw new IllegalArgumentException("the state is of another network or optimiser");
        }
        backend.write(network.parameters(), state.parameters, state.parameters.length);
        for (int i = 0; i < state.optimizer.size(); i++) {
            backend.write(optimizer.state().get(i), state.optimizer.get(i), state.parameters.length);
        }
        epoch = state.epoch;
        steps = state.steps;
    }

    private float[] read(Tensor tensor) {
        float[] values = new float[tensor.size()];
        backend.read(tensor, values, values.length);
        return values;
    }
}
