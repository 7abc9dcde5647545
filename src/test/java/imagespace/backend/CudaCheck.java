package imagespace.backend;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import imagespace.backend.cpu.CpuBackend;
import imagespace.backend.cuda.GpuMemory;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.data.Scenes;
import imagespace.nn.Architecture;
import imagespace.optim.Optimizer;
import imagespace.train.DivergedException;
import imagespace.train.Progress;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What {@code benchmarks/gpu/check.sh} runs on a GPU, without JUnit: every operator against the float64 reference, training
 * steps against the CPU, equal bits of equal trainings, memory. Goes on after a failure. A line of JSON a part on standard
 * output, the failures on standard error; exit status 1 if there were any.
 *
 * <pre>CudaCheck fp32|tf32|bf16 [--operators | --memory]</pre>
 *
 * <p>{@code --operators} checks a part of the operators, and nothing else; {@code --memory} looks at the GPU's free memory
 * alone, which other programs on the GPU change, too.
 */
final class CudaCheck {
    /** How many cases of a kind are a part of them. */
    private static final int SOME = 12;
    /** What is written out of each operator's failures. */
    private static final int SHOWN = 3;

    private static final int BATCH = 32;
    private static final int STEPS = 10;
    private static final int TRAININGS = 30;
    private static final int EPOCHS = 200;

    private final Precision precision;
    /** Whether a part of the operators' cases will do. */
    private final boolean quick;

    private boolean failed;

    private CudaCheck(Precision precision, boolean quick) {
        this.precision = precision;
        this.quick = quick;
    }

    /** Runs all parts. */
    public static void main(String[] args) throws Exception {
        Precision precision = Precision.valueOf(args[0].toUpperCase(Locale.ROOT));
        boolean operators = List.of(args).contains("--operators");
        boolean memory = List.of(args).contains("--memory");
        CudaCheck check = new CudaCheck(precision, operators);
        try (Backend gpu = Backends.open("cuda", 0, ConvAlgorithm.AUTO, new CudaOptions(precision, false))) {
            System.err.println(gpu.describe());
            if (memory) {
                check.part("memory", () -> check.memory(gpu));
            } else {
                check.part("operators", () -> check.operators(gpu));
            }
            if (!memory && !operators) {
                for (String net : Architecture.NAMES) {
                    check.part("steps " + net, () -> check.steps(gpu, net));
                }
                check.part("equal bits", () -> check.equalBits(gpu));
            }
        }
        System.exit(check.failed ? 1 : 0);
    }

    /** A part of the check: figures for its line of JSON, among them "ok". */
    private interface Part {
        Map<String, Object> run() throws DivergedException;
    }

    private void part(String name, Part part) throws JsonProcessingException {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("check", name);
        line.put("precision", precision.name().toLowerCase(Locale.ROOT));
        long start = System.nanoTime();
        try {
            line.putAll(part.run());
        } catch (RuntimeException | DivergedException | LinkageError e) {
            e.printStackTrace();
            line.put("ok", false);
            line.put("error", e.toString());
        }
        line.put("seconds", Math.round((System.nanoTime() - start) * 1e-8) / 10.0);
        failed |= !Boolean.TRUE.equals(line.get("ok"));
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }

    /** What products may be off by, as a relative error over a whole tensor. */
    private double productTolerance() {
        return switch (precision) {
            case FP32 -> OperatorCase.FLOAT;
            case TF32 -> 2e-3;
            case BF16 -> 2e-2;
        };
    }

    private Map<String, Object> operators(Backend gpu) {
        Map<String, Double> largest = new TreeMap<>();
        Map<String, Integer> failures = new TreeMap<>();
        int count = 0;
        // a part: the first of each kind, and those that make every loop of our kernels go round
        List<OperatorCase> loops = quick ? ConvolutionCases.LOOPS : List.of();
        List<OperatorCase> cases = Stream.of(
                        loops,
                        ConvolutionCases.ALL,
                        DenseCases.ALL,
                        PoolingCases.ALL,
                        // its gradients go to the largest values: once those are rounded, to others
                        precision == Precision.FP32 ? PooledConvolutionCases.ALL : List.<OperatorCase>of(),
                        TrainingCases.ALL,
                        AssemblyCases.ALL)
                .flatMap(all -> all.stream().limit(quick ? SOME : all.size()))
                .toList();
        for (boolean views : new boolean[] {false, true}) {
            for (OperatorCase c : cases) {
                String operator = c.name().split(" ")[0];
                boolean product = operator.startsWith("conv") || operator.startsWith("dense");
                count++;
                try {
                    double error = c.check(gpu, views, product ? productTolerance() : c.tolerance());
                    largest.merge(operator, error, Math::max);
                } catch (RuntimeException | AssertionError e) {
                    if (failures.merge(operator, 1, Integer::sum) <= SHOWN) {
                        System.err.println("FAILED " + c.name() + (views ? " (views)" : "") + ": " + e.getMessage());
                    }
                }
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", failures.isEmpty());
        result.put("cases", count);
        result.put("failures", failures);
        result.put("largestRelativeError", largest);
        return result;
    }

    private static Dataset data() {
        Corpus corpus = Scenes.corpus(1, STEPS * BATCH, 10);
        return corpus.train();
    }

    private static Training training(Backend backend, String net, Optimizer optimizer) {
        TrainingConfig config = new TrainingConfig(1, BATCH, optimizer, 0.1f, Augmentation.FLIP_AND_SHIFT, 1);
        return new Training(backend, Architecture.named(net, 32, 32, 3, 10), data(), config);
    }

    /** Ten steps with the same seed here and on the CPU: the same dropout, augmentation and noise. */
    private Map<String, Object> steps(Backend gpu, String net) {
        Map<String, Object> result = new LinkedHashMap<>();
        boolean ok = true;
        for (Optimizer optimizer : List.of(new Optimizer.Sgd(0.01f, 0.9f), Optimizer.adam(1e-3f))) {
            List<Double> errors = new ArrayList<>();
            try (var _ = gpu.scope();
                    Backend cpu = new CpuBackend(0, ConvAlgorithm.DIRECT)) {
                Training ours = training(gpu, net, optimizer);
                Training theirs = training(cpu, net, optimizer);
                for (int step = 0; step < STEPS; step++) {
                    ours.step(step * BATCH, BATCH);
                    theirs.step(step * BATCH, BATCH);
                    double[] expected = TestData.doubles(theirs.state().parameters());
                    errors.add(
                            TestData.relativeError(TestData.doubles(ours.state().parameters()), expected));
                }
            }
            boolean sgd = optimizer instanceof Optimizer.Sgd;
            result.put((sgd ? "sgd" : "adam") + "RelativeErrorAfterEachStep", errors);
            // Adam divides by the size of a gradient, so one that is all rounding error makes a whole step: told, not
            // judged
            ok &= !sgd || errors.getLast() <= stepTolerance();
        }
        result.put("ok", ok);
        return result;
    }

    private double stepTolerance() {
        return switch (precision) {
            case FP32 -> 1e-4;
            case TF32 -> 2e-3;
            case BF16 -> 2e-2;
        };
    }

    /** Two trainings of an epoch, recorded steps and predictions between them. */
    private Map<String, Object> equalBits(Backend gpu) throws DivergedException {
        List<float[]> parameters = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            try (var _ = gpu.scope()) {
                Training training = training(gpu, "keras", Optimizer.adam(1e-3f));
                training.epoch(Progress.SILENT);
                training.predict(data(), Progress.SILENT);
                parameters.add(training.state().parameters());
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", Arrays.equals(parameters.get(0), parameters.get(1)));
        return result;
    }

    /** Many trainings, one after the other, and many epochs of one take no more memory than the first. */
    private Map<String, Object> memory(Backend gpu) throws DivergedException {
        List<Long> free = new ArrayList<>();
        for (int run = 0; run < TRAININGS; run++) {
            try (var _ = gpu.scope()) {
                training(gpu, "keras", Optimizer.adam(1e-3f)).epoch(Progress.SILENT);
            }
            free.add(GpuMemory.free() >> 20);
        }
        List<Long> during = new ArrayList<>();
        try (var _ = gpu.scope()) {
            Training training = training(gpu, "keras", Optimizer.adam(1e-3f));
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                training.epoch(Progress.SILENT);
                during.add(GpuMemory.free() >> 20);
            }
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("ok", isKept(free) && isKept(during));
        result.put("freeMiBAfterTraining2And" + TRAININGS, List.of(free.get(1), free.getLast()));
        result.put("freeMiBAfterEpoch2And" + EPOCHS, List.of(during.get(1), during.getLast()));
        return result;
    }

    private static boolean isKept(List<Long> freeMiB) {
        return freeMiB.getLast() >= freeMiB.get(1) - 64;
    }
}
