package imagespace.experiment;

import imagespace.backend.Activation;
import imagespace.backend.Backend;
import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import imagespace.nn.Architecture;
import imagespace.nn.Initializer;
import imagespace.nn.Layer;
import imagespace.nn.Network;
import imagespace.optim.Optimizer;
import imagespace.optim.Optimizer.Stepper;
import imagespace.train.DivergedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Figure 1 (section 2): the same function f(x) = sign(x - 0.5) on [0, 1), learned from as many samples that lie elsewhere.
 *
 * <pre>./imagespace figure1 --out out/figure1</pre>
 *
 * Expected: samples around the step ({@link #AROUND}: x in [0.4, 0.6)) pin it down; samples at both ends ({@link #ENDS}:
 * half in [0, 0.1), half in [0.9, 1)) leave a wide slope between them, as no sample says where the step is.
 *
 * <p>A small dense network under squared error: the loss is written out here, as no other experiment needs it.
 */
public final class Figure1 {
    /** Name of the experiment in ledgers. */
    public static final String NAME = "figure1";

    public static final String AROUND = "around";
    public static final String ENDS = "ends";

    /** Points of the learned curve: x = (i + 0.5) / GRID. */
    public static final int GRID = 400;

    private static final int HIDDEN = 32;
    /** Samples a training step. */
    public static final int BATCH = 128;

    private static final float RATE = 1e-3f;
    /** |f| below this is neither of the two values. */
    private static final double UNDECIDED = 0.9;

    private final Backend backend;
    private final int samples;
    private final int epochs;
    private final Experiment experiment;

    /**
     * Makes the plan; nothing runs yet.
     *
     * @param samples training samples in all; the paper has 40,000
     * @param epochs passes over them
     */
    public Figure1(int runs, int samples, int epochs, long seed, Backend backend, Ledger ledger, String version) {
        if (runs < 1 || epochs < 1 || samples < 1) {
            throw new IllegalArgumentException("runs, epochs and samples are at least 1");
        }
        this.backend = backend;
        this.samples = samples;
        this.epochs = epochs;
        List<Job> jobs = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            long runSeed = Philox.derive(seed, RandomStream.RUN, run);
            for (String cell : List.of(AROUND, ENDS)) {
                jobs.add(new Job(
                        cell,
                        run,
                        runSeed,
                        configuration(cell, seed, runSeed),
                        new Cost((long) epochs * samples, GRID),
                        progress -> learn(cell, runSeed, progress)));
            }
        }
        experiment =
                new JobList(ledger, new Recorder(ledger, NAME, "sign(x - 0.5)", backend, version), runs, jobs, _ -> {});
    }

    /** The plan. */
    public Experiment experiment() {
        return experiment;
    }

    private Configuration configuration(String cell, long seed, long runSeed) {
        Map<String, Object> values = new HashMap<>();
        values.put("experiment", NAME);
        values.put("cell", cell);
        values.put("seed", runSeed);
        values.put("subsetSeed", seed);
        values.put("network", "dense " + HIDDEN + ", " + HIDDEN + ", 1");
        values.put("trainSamples", samples);
        values.put("epochs", epochs);
        values.put("batch", BATCH);
        values.put("optimizer", "adam 0.001");
        return Configuration.ofRun(values, backend);
    }

    /** A sample's x, uniform where the cell says. */
    static float sample(String cell, long seed, int index) {
        float u = Philox.uniform(seed, RandomStream.FIGURE1, index);
        if (cell.equals(AROUND)) {
            return 0.4f + 0.2f * u;
        }
        return index % 2 == 0 ? 0.1f * u : 0.9f + 0.1f * u;
    }

    /** The function to be learned. */
    public static float step(float x) {
        return x < 0.5f ? -1 : 1;
    }

    /** A training step on {@link #BATCH} samples with a network of its own, to be timed before the plan is carried out. */
    public Runnable trialStep() {
        Network network = network(0);
        Stepper optimizer = Optimizer.adam(RATE).start(backend, network.parameters());
        return () -> step(network, optimizer, new float[BATCH], BATCH, 1);
    }

    private Network network(long seed) {
        Architecture architecture = new Architecture(
                "dense",
                1,
                1,
                1,
                Initializer.HE_NORMAL,
                List.of(
                        new Layer.Dense(HIDDEN, Activation.RELU),
                        new Layer.Dense(HIDDEN, Activation.RELU),
                        new Layer.Dense(1, Activation.IDENTITY)));
        return new Network(backend, architecture, GRID, seed);
    }

    private Job.Result learn(String cell, long seed, PlanProgress progress) throws DivergedException {
        Network network = network(seed);
        Stepper optimizer = Optimizer.adam(RATE).start(backend, network.parameters());
        float[] x = new float[BATCH];
        int step = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            for (int from = 0; from < samples; from += BATCH) {
                int n = Math.min(BATCH, samples - from);
                for (int i = 0; i < n; i++) {
                    x[i] = sample(cell, seed, from + i);
                }
                step(network, optimizer, x, n, ++step);
                progress.advance(n);
            }
        }
        return result(curve(network));
    }

    /** A training step: batch, forward, the gradient of mean (f(x) - sign(x - 0.5))^2, backward, update. */
    private void step(Network network, Stepper optimizer, float[] x, int n, int step) {
        backend.write(network.input(), x, n);
        network.forward(n, true, 0);
        float[] f = new float[n];
        backend.read(network.logits(), f, n);
        float[] gradient = new float[n];
        for (int i = 0; i < n; i++) {
            gradient[i] = 2 * (f[i] - step(x[i])) / n;
        }
        backend.write(network.dLogits(), gradient, n);
        network.backward(n, true);
        optimizer.step(network.gradients(), step);
    }

    /** The learned function on the grid. */
    private float[] curve(Network network) {
        float[] x = new float[GRID];
        for (int i = 0; i < GRID; i++) {
            x[i] = (i + 0.5f) / GRID;
        }
        backend.write(network.input(), x, GRID);
        network.forward(GRID, false, 0);
        float[] f = new float[GRID];
        backend.read(network.logits(), f, GRID);
        return f;
    }

    private static Job.Result result(float[] f) throws DivergedException {
        double[] curve = new double[GRID];
        double squares = 0;
        int undecided = 0;
        for (int i = 0; i < GRID; i++) {
            if (!Float.isFinite(f[i])) {
                throw new DivergedException("the learned function is " + f[i] + " somewhere");
            }
            curve[i] = f[i];
            squares += Math.pow(f[i] - step((i + 0.5f) / GRID), 2);
            undecided += Math.abs(f[i]) < UNDECIDED ? 1 : 0;
        }
        SortedMap<String, Double> metrics = new TreeMap<>();
        metrics.put("mse", squares / GRID);
        metrics.put("width", (double) undecided / GRID);
        SortedMap<String, double[]> curves = new TreeMap<>();
        curves.put("f", curve);
        return new Job.Result(metrics, curves);
    }
}
