package imagespace.backend.cuda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import imagespace.attack.Fgsm;
import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.CudaOptions;
import imagespace.backend.Precision;
import imagespace.data.Dataset;
import imagespace.data.Scenes;
import imagespace.nn.Architecture;
import imagespace.optim.Optimizer;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where a training step's time goes on a GPU: each command of a step, recorded many times over and replayed, so that what
 * it costs to queue it does not count. Then the whole step, one after the other and with a wait after each. Lines of JSON on
 * standard output.
 *
 * <pre>GpuProfile keras|allconv BATCH fp32|tf32|bf16 [fast]</pre>
 */
public final class GpuProfile {
    private static final int COPIES = 20;
    private static final int REPLAYS = 5;
    private static final int STEPS = 300;

    private GpuProfile() {}

    /** A command's name, what it is about, and microseconds. */
    private record Cost(String command, String about, double micros) {}

    /** The commands of a device, each timed. */
    private static final class TimedCommands implements Commands {
        private final Device device;
        private final List<Cost> costs = new ArrayList<>();

        TimedCommands(Device device) {
            this.device = device;
        }

        private void time(String name, Object about, Consumer<Commands> command) {
            Commands commands = device.commands();
            command.accept(commands);
            try (Device.Recording recording = device.record(() -> {
                for (int i = 0; i < COPIES; i++) {
                    command.accept(commands);
                }
            })) {
                recording.replay();
                device.synchronize();
                double least = Double.MAX_VALUE; // what the host does meanwhile, and a clock that is low yet, only add
                for (int i = 0; i < REPLAYS; i++) {
                    long start = System.nanoTime();
                    recording.replay();
                    device.synchronize();
                    least = Math.min(least, (System.nanoTime() - start) * 1e-3 / COPIES);
                }
                costs.add(new Cost(name, about.toString(), least));
            }
        }

        @Override
        public void run(String kernel, int sharedBytes, int blocksX, int blocksY, Object... arguments) {
            time(
                    kernel,
                    blocksX + " x " + blocksY + " blocks",
                    c -> c.run(kernel, sharedBytes, blocksX, blocksY, arguments));
        }

        @Override
        public void copy(long to, long from, long bytes) {
            time("copy", bytes + " bytes", c -> c.copy(to, from, bytes));
        }

        @Override
        public void fill(long to, float value, int count) {
            time("fill", count, c -> c.fill(to, value, count));
        }

        @Override
        public void multiply(long c, long a, long b, Product shape) {
            time("multiply", shape, commands -> commands.multiply(c, a, b, shape));
        }

        @Override
        public void convForward(long out, long in, long filter, long bias, float slope, PlainConvolution shape) {
            time("convForward", shape, c -> c.convForward(out, in, filter, bias, slope, shape));
        }

        @Override
        public void convBackwardData(long dIn, long dOut, long filter, PlainConvolution shape) {
            time("convBackwardData", shape, c -> c.convBackwardData(dIn, dOut, filter, shape));
        }

        @Override
        public void convBackwardFilter(long dFilter, long dOut, long in, PlainConvolution shape) {
            time("convBackwardFilter", shape, c -> c.convBackwardFilter(dFilter, dOut, in, shape));
        }
    }

    /** Prints the figures. */
    public static void main(String[] args) throws Exception {
        String net = args[0];
        int batch = Integer.parseInt(args[1]);
        Precision precision = Precision.valueOf(args[2].toUpperCase(Locale.ROOT));
        CudaOptions options = new CudaOptions(precision, args.length > 3);
        CudaLibraries.load();
        GpuDevice gpu = new GpuDevice(options);
        Engine engine = new Engine(gpu, new Scratch(gpu));
        try (Backend backend = new CudaBackend(engine, options)) {
            training(backend, net, batch).step(0, batch); // cuDNN's choices
            // an idle GPU's clock is slow at first
            micros(backend, training(backend, net, batch), batch, false);
            // the first step of a training, and a first attack, are not recorded: they give their commands one by one
            Training timed = training(backend, net, batch);
            double sum = report("step", net, options, timed(engine, () -> timed.step(0, batch)));
            Dataset data = Scenes.corpus(1, batch, 10).train();
            Fgsm fgsm = new Fgsm(backend, timed.network(), batch, Fgsm.Label.TRUE);
            Pixels pixels = fgsm.upload(data.images());
            fgsm.attack(data, pixels, 0.1);
            Fgsm again = new Fgsm(backend, timed.network(), batch, Fgsm.Label.TRUE);
            report("attack", net, options, timed(engine, () -> again.attack(data, pixels, 0.1)));
            double queued = micros(backend, training(backend, net, batch), batch, false);
            double waited = micros(backend, training(backend, net, batch), batch, true);
            print(
                    net,
                    options,
                    "batch",
                    batch,
                    "sumOfCommands",
                    round(sum),
                    "stepMicros",
                    round(queued),
                    "stepMicrosWithWait",
                    round(waited));
        }
    }

    /** What each command of some work costs. */
    private static List<Cost> timed(Engine engine, Runnable work) {
        Commands usual = engine.commands;
        TimedCommands timed = new TimedCommands(engine.device);
        engine.commands = timed;
        work.run();
        engine.commands = usual;
        return timed.costs;
    }

    /** Prints what was timed; returns the sum. */
    private static double report(String work, String net, CudaOptions options, List<Cost> costs)
            throws JsonProcessingException {
        double sum = 0;
        for (Cost c : costs) {
            print(net, options, "work", work, "command", c.command, "about", c.about, "micros", round(c.micros));
            sum += c.micros;
        }
        return sum;
    }

    private static Training training(Backend backend, String net, int batch) {
        TrainingConfig config = new TrainingConfig(1, batch, Optimizer.adam(1e-3f), 0.1f, Augmentation.NONE, 1);
        return new Training(
                backend,
                Architecture.named(net, 32, 32, 3, 10),
                Scenes.corpus(1, batch, 10).train(),
                config);
    }

    private static double micros(Backend backend, Training training, int batch, boolean wait) {
        float[] one = new float[1];
        long start = 0;
        for (int i = -STEPS; i < STEPS; i++) {
            if (i == 0) {
                backend.read(training.network().parameters(), one, 1);
                start = System.nanoTime();
            }
            training.step(0, batch);
            if (wait) {
                backend.read(training.network().parameters(), one, 1);
            }
        }
        backend.read(training.network().parameters(), one, 1);
        return (System.nanoTime() - start) * 1e-3 / STEPS;
    }

    private static double round(double value) {
        return Math.round(value * 10) / 10.0;
    }

    private static void print(String net, CudaOptions options, Object... fields) throws JsonProcessingException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("profile", net);
        line.put("precision", options.precision().name().toLowerCase(Locale.ROOT));
        line.put("fast", options.fast());
        for (int i = 0; i < fields.length; i += 2) {
            line.put((String) fields[i], fields[i + 1]);
        }
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }
}
