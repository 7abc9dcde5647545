package imagespace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import imagespace.attack.Fgsm;
import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.BackendUnavailableException;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.nn.Architecture;
import imagespace.nn.Network;
import imagespace.optim.Optimizer;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How many images a second the engine trains on and classifies, to be set beside PyTorch's. */
@Command(
        name = "throughput",
        showDefaultValues = true,
        description =
                "Images a second in training (the whole step: gather, forward, loss, backward, Adam), in inference and in"
                        + " attacks (one FGSM step: forward, gradient, sign step): medians after a warm-up, on a GPU of ten steps"
                        + " that are queued before a wait; how many seconds"
                        + " after the start of the process the first training step ended, and from when on steps took no"
                        + " more than 1.05 times the median; the largest memory in use. One line of JSON.")
public final class ThroughputCommand implements Callable<Integer> {
    private static final int CHANNELS = 3;
    private static final int CLASSES = 10;
    /** More images a step than any device is asked for. */
    private static final int MAX_BATCH = 8192;
    /** Of a layer at the full size of the images: its tensor has an int's length. */
    private static final int MOST_CHANNELS = 128;

    private static final int MIN_SIDE = 16;
    private static final int MAX_SIDE = 256;
    private static final double MAX_WARM_UP = 3600;
    /** Steps that a GPU gets before it is waited for, as in a training, which looks at the loss now and then. */
    private static final int QUEUED = 10;
    /** Batches of images to choose from. */
    private static final int BATCHES = 4;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Option(names = "--net", required = true, paramLabel = "NET", description = "keras or allconv.")
    private String net;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "128", description = "Images a step.")
    private int batch;

    @Option(names = "--side", paramLabel = "N", defaultValue = "32", description = "Height and width of an image.")
    private int side;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "20", description = "Steps that are timed.")
    private int steps;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long steps are run before they are timed: Java's compiler needs some seconds."
                    + " On the CPU a training begins with some steps on tiny batches besides.")
    private double warmUp;

    @Mixin
    private BackendOptions computing = new BackendOptions();

    /** Measures and prints. */
    @Override
    public Integer call() throws BackendUnavailableException, JsonProcessingException {
        if (!Architecture.NAMES.contains(net)) {
            throw new ParameterException(spec.commandLine(), "--net is one of " + Architecture.NAMES + ", not " + net);
        }
        if (side < MIN_SIDE || side > MAX_SIDE) {
            throw new ParameterException(
                    spec.commandLine(), "--side lies in " + MIN_SIDE + " to " + MAX_SIDE + ", not at " + side);
        }
        if (batch < 1 || batch > MAX_BATCH || steps < 1 || !(warmUp >= 0 && warmUp <= MAX_WARM_UP)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--batch lies in 1 to " + MAX_BATCH + ", --steps is at least 1, --warm-up lies in 0 to "
                            + (int) MAX_WARM_UP);
        }
        if ((long) batch * side * side * MOST_CHANNELS > Integer.MAX_VALUE) {
            throw new ParameterException(
                    spec.commandLine(), "--batch " + batch + " of --side " + side + " is too much: halve one of them");
        }
        try (Backend backend = computing.open()) {
            System.err.println("Backend: " + backend.name() + " (" + backend.describe() + ")");
            Map<String, Object> line = measure(backend);
            spec.commandLine().getOut().println(new ObjectMapper().writeValueAsString(line));
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    private Map<String, Object> measure(Backend backend) {
        Dataset data = randomImages();
        TrainingConfig config = new TrainingConfig(1, batch, Optimizer.adam(1e-3f), 0.1f, Augmentation.NONE, 1);
        Training training = new Training(backend, Architecture.named(net, side, side, CHANNELS, CLASSES), data, config);
        Network network = training.network();
        float[] wait = new float[1];
        Runnable waiting = () -> backend.read(network.parameters(), wait, 1);
        int atOnce = backend.name().equals("cpu") ? 1 : QUEUED;
        StepTimes trained =
                StepTimes.of(warmUp, steps, atOnce, i -> training.step(i % BATCHES * batch, batch), waiting);
        StepTimes classified = StepTimes.of(
                warmUp, steps, atOnce, i -> backend.repeat(network, () -> network.forward(batch, false, 0)), waiting);
        Fgsm fgsm = new Fgsm(backend, network, batch, Fgsm.Label.PREDICTED);
        Dataset one = data.at(IntStream.range(0, batch).toArray());
        Pixels pixels = fgsm.upload(one.images());
        StepTimes attacked = StepTimes.of(warmUp, steps, atOnce, i -> fgsm.attack(one, pixels, 0.1), waiting);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("net", net);
        line.put("backend", backend.name());
        line.put("device", backend.describe());
        line.put("batch", batch);
        line.put("side", side);
        line.put("train_images_per_s", rounded(batch / trained.median()));
        line.put("infer_images_per_s", rounded(batch / classified.median()));
        line.put("attack_images_per_s", rounded(batch / attacked.median()));
        line.put("first_step_s", rounded(trained.first()));
        line.put("full_speed_s", rounded(trained.fullSpeed()));
        line.put("memory_mib", rounded(PeakMemory.mebibytes()));
        return line;
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private Dataset randomImages() {
        byte[] pixels = new byte[Math.multiplyExact(BATCHES * batch, side * side * CHANNELS)];
        new Random(1).nextBytes(pixels);
        int[] labels = IntStream.range(0, BATCHES * batch).map(i -> i % CLASSES).toArray();
        return Dataset.of(
                new Images(pixels, side, side, CHANNELS),
                labels,
                IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList());
    }
}
