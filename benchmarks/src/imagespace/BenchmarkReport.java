package imagespace;

import imagespace.Measured.Kernel;
import imagespace.Measured.Line;
import imagespace.backend.ConvShape;
import imagespace.experiment.Machine;
import imagespace.kernels.ConvolutionBenchmark;
import imagespace.report.CurvePlot;
import imagespace.report.CurvePlot.Series;
import imagespace.report.Grid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Writes what {@code benchmarks/all} has measured as results.md, roofline.svg and growth.svg. */
public final class BenchmarkReport {
    private static final List<String> PASSES = List.of("forward", "data", "weights");
    private static final List<String> LIBRARIES = List.of("direct", "winograd", "winograd2", "libtorch", "onednn");
    private static final int IMAGES = 128;

    private final Measured measured;
    private final StringBuilder page = new StringBuilder();

    private BenchmarkReport(Measured measured) {
        this.measured = measured;
    }

    /** @param args the folder with what JMH wrote, and the one with throughput.jsonl, where the results go */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[1]);
        Measured measured = Measured.read(Path.of(args[0]), folder.resolve("throughput.jsonl"));
        Files.writeString(folder.resolve("kernels.csv"), measured.csv());
        BenchmarkReport report = new BenchmarkReport(measured);
        report.write();
        Files.writeString(folder.resolve("results.md"), report.page);
        Files.writeString(folder.resolve("roofline.svg"), report.roofline().svg());
        Files.writeString(folder.resolve("growth.svg"), report.growth());
        System.out.println(folder.resolve("results.md") + ": " + measured.lines().size() + " measurements of whole networks");
    }

    private void write() {
        Machine machine = Machine.here();
        page.append("# Benchmarks\n\n")
                .append(String.format(
                        Locale.ROOT,
                        "%s, %s, %d cores, %s, Java %s, code %s. PyTorch outside the JVM: %s. Inside it: libtorch 2.10 (oneDNN 3.7,"
                                + " OpenBLAS) and oneDNN 3.11 by JavaCPP 1.5.13.  %n",
                        LocalDate.now(),
                        machine.cpu(),
                        machine.cores(),
                        machine.os(),
                        machine.jdk(),
                        System.getProperty("imagespace.version", "unknown"),
                        measured.torch()))
                .append(String.format(
                        Locale.ROOT,
                        "Multiply-add peak of this run: %.0f GFLOP/s (all cores); memory: %.0f GB/s. Written by benchmarks/all.%n%n",
                        measured.peak(),
                        measured.bandwidth()));
        page.append("![Roofline](roofline.svg)\n\n");
        pairs();
        steps();
        convolutions();
        dense();
        memory();
        growthTables();
    }

    private void add(String heading, Grid grid) {
        page.append(grid.markdown(heading).replaceFirst("# ", "## ")).append('\n');
    }

    private void pairs() {
        List<List<String>> rows = new ArrayList<>();
        for (String net : List.of("keras", "allconv")) {
            for (String what : List.of("train", "infer", "attack")) {
                double[] own = measured.values("pair", "imagespace", net, what + "_images_per_s");
                double[] torch = measured.values("pair", "torch", net, what + "_images_per_s");
                double[] ratios = IntStream.range(0, Math.min(own.length, torch.length))
                        .mapToDouble(i -> own[i] / torch[i])
                        .toArray();
                rows.add(List.of(
                        net + ", " + what,
                        range(own, "%,.0f"),
                        range(torch, "%,.0f"),
                        range(measured.values("default", "torch", net, what + "_images_per_s"), "%,.0f"),
                        median(ratios, "%.2f"),
                        Arrays.stream(ratios)
                                .mapToObj(r -> String.format(Locale.ROOT, "%.2f", r))
                                .toList()
                                .toString()
                                .replaceAll("[\\[\\]]", "")));
            }
        }
        add(
                "Beside PyTorch",
                new Grid(
                        List.of(
                                "Images a second, batch 128, medians of steps after a warm-up of 6 s (PyTorch: 2 s), whole processes in"
                                        + " turn; the ratio is that of each pair. PyTorch keeps its memory between steps"
                                        + " (MALLOC_ variables in benchmarks/all); how it does without is said once."),
                        List.of("", "imagespace", "PyTorch", "PyTorch, C library's defaults", "ratio, median", "ratios"),
                        rows));
    }

    private void steps() {
        List<List<String>> rows = new ArrayList<>();
        for (String net : List.of("keras", "allconv")) {
            for (String what : List.of("train", "infer")) {
                OptionalDouble own = measured.step(net, "imagespace", what);
                OptionalDouble torch = measured.step(net, "libtorch", what);
                rows.add(List.of(
                        net + ", " + what,
                        number(own, "%,.0f"),
                        number(torch, "%,.0f"),
                        own.isPresent() && torch.isPresent()
                                ? String.format(Locale.ROOT, "%.2f", own.getAsDouble() / torch.getAsDouble())
                                : "-"));
            }
        }
        add(
                "Whole steps inside the JVM",
                new Grid(
                        List.of("Images a second by JMH, batch 128."),
                        List.of("", "imagespace", "libtorch by JavaCPP", "ratio"),
                        rows));
    }

    private void convolutions() {
        List<List<String>> rows = new ArrayList<>();
        for (String layer : measured.layers()) {
            for (String pass : PASSES) {
                List<String> row = new ArrayList<>(List.of(layer + ", " + pass));
                for (String library : LIBRARIES) {
                    row.add(number(measured.convolution(layer, library, pass), "%.0f"));
                }
                double own = Math.max(
                        measured.convolution(layer, "direct", pass).orElse(0),
                        measured.convolution(layer, "winograd", pass).orElse(0));
                double peer = Math.max(
                        measured.convolution(layer, "libtorch", pass).orElse(0),
                        measured.convolution(layer, "onednn", pass).orElse(0));
                row.add(peer > 0 ? String.format(Locale.ROOT, "%.2f", own / peer) : "-");
                row.add(String.format(
                        Locale.ROOT, "%.1f", 2e-6 * IMAGES * shape(layer).multiplyAdds() / own));
                rows.add(row);
            }
        }
        add(
                "Convolutions",
                new Grid(
                        List.of(
                                "GFLOP/s of direct arithmetic, 128 images; ratio of our better one to the better peer; milliseconds of our"
                                        + " better one."),
                        List.of("input and output channels, side, padding", "direct", "Winograd F(6x4), F(4x4)", "F(2x2)", "libtorch", "oneDNN", "ratio", "ms"),
                        rows));
    }

    private void dense() {
        List<List<String>> rows = new ArrayList<>();
        for (Kernel kernel : measured.kernels()) {
            if (kernel.name().startsWith("DenseBenchmark") && kernel.parameter("library").equals("imagespace")) {
                String pass = kernel.name().substring(kernel.name().indexOf('.') + 1);
                String shape = kernel.parameter("shape");
                rows.add(List.of(
                        shape + ", " + pass,
                        number(OptionalDouble.of(kernel.rate()), "%.0f"),
                        String.format(Locale.ROOT, "%.0f %%", 100 * kernel.rate() / measured.peak()),
                        number(measured.dense(shape, "libtorch", pass), "%.0f"),
                        number(measured.dense(shape, "onednn", pass), "%.0f")));
            }
        }
        add(
                "Matrix products",
                new Grid(
                        List.of("GFLOP/s, and ours as a share of the peak."),
                        List.of("rows, inputs, outputs", "imagespace", "of the peak", "libtorch (OpenBLAS)", "oneDNN"),
                        rows));
    }

    private void memory() {
        List<List<String>> rows = new ArrayList<>();
        for (Kernel kernel : measured.kernels()) {
            if (kernel.name().startsWith("MemoryBenchmark")) {
                rows.add(List.of(
                        kernel.name().substring(kernel.name().indexOf('.') + 1),
                        String.format(Locale.ROOT, "%.1f", kernel.rate()),
                        String.format(Locale.ROOT, "%.2f", 1000 / kernel.score())));
            }
        }
        add(
                "Passes over memory",
                new Grid(
                        List.of("GB/s of what must be read and written at least; what fits a cache can exceed memory's (triad)."),
                        List.of("", "GB/s", "ms"),
                        rows));
    }

    private void growthTables() {
        List<List<String>> rows = new ArrayList<>();
        for (Line own : measured.lines()) {
            if (own.by().equals("imagespace") && !own.part().equals("pair") && !own.part().equals("threads")) {
                OptionalDouble peer = measured.lines().stream()
                        .filter(line -> line.by().equals("torch") && line.sameWork(own))
                        .mapToDouble(line -> line.value("train_images_per_s"))
                        .findFirst();
                double rate = own.value("train_images_per_s");
                rows.add(List.of(
                        String.format(Locale.ROOT, "%s, batch %.0f, side %.0f", own.net(), own.value("batch"), own.value("side")),
                        String.format(Locale.ROOT, "%,.0f", rate),
                        number(peer, "%,.0f"),
                        peer.isPresent() ? String.format(Locale.ROOT, "%.2f", rate / peer.getAsDouble()) : "-",
                        String.format(Locale.ROOT, "%,.0f", own.value("memory_mib"))));
            }
        }
        add(
                "How training grows with batch and image",
                new Grid(
                        List.of("Images a second; peak memory of our process in MiB."),
                        List.of("", "imagespace", "PyTorch", "ratio", "MiB"),
                        rows));
        page.append("![Throughput over batch sizes](growth.svg)\n\n");
        threads();
        startUp();
    }

    private void threads() {
        List<List<String>> rows = new ArrayList<>();
        for (String net : List.of("keras", "allconv")) {
            double[] rates = measured.values("threads", "imagespace", net, "train_images_per_s");
            for (int i = 0; i < rates.length; i++) {
                rows.add(List.of(
                        net + ", " + (1 << i) + (i == 0 ? " thread" : " threads"),
                        String.format(Locale.ROOT, "%,.0f", rates[i]),
                        String.format(Locale.ROOT, "%.2f", rates[i] / rates[0])));
            }
        }
        add("Threads", new Grid(List.of("Training, batch 128."), List.of("", "images a second", "times one"), rows));
    }

    private void startUp() {
        List<List<String>> rows = new ArrayList<>();
        for (String net : List.of("keras", "allconv")) {
            for (String by : List.of("imagespace", "torch")) {
                rows.add(List.of(
                        net + ", " + (by.equals("torch") ? "PyTorch" : by),
                        range(measured.values("pair", by, net, "first_step_s"), "%.1f"),
                        range(measured.values("pair", by, net, "full_speed_s"), "%.1f"),
                        range(measured.values("pair", by, net, "memory_mib"), "%,.0f")));
            }
        }
        add(
                "Start and memory",
                new Grid(
                        List.of(
                                "Seconds from the start of the process to the end of the first training step, and until steps take at most 1.05"
                                        + " times the median; peak resident memory in MiB (training, inference and attack in one process; the JVM"
                                        + " takes what it is given)."),
                        List.of("batch 128", "first step", "full speed", "MiB"),
                        rows));
    }

    private String growth() {
        List<Series> series = new ArrayList<>();
        int colour = 0;
        for (String net : List.of("keras", "allconv")) {
            for (String by : List.of("imagespace", "torch")) {
                series.add(new Series(
                        net + ", " + (by.equals("torch") ? "PyTorch" : by),
                        measured.values("batch", by, net, "batch"),
                        measured.values("batch", by, net, "train_images_per_s"),
                        null,
                        null,
                        colour,
                        by.equals("torch")));
            }
            colour++;
        }
        return new CurvePlot("Training throughput over batch sizes", "batch", "images a second", series, true).svg();
    }

    private Roofline roofline() {
        List<Roofline.Point> points = new ArrayList<>();
        for (String layer : measured.layers()) {
            ConvShape shape = shape(layer);
            double bytes = 4.0 * (IMAGES * ((double) shape.inputSize() + shape.outputSize()) + shape.weightSize());
            double intensity = 2.0 * IMAGES * shape.multiplyAdds() / bytes;
            for (String pass : PASSES) {
                double own = Math.max(
                        measured.convolution(layer, "direct", pass).orElse(0),
                        measured.convolution(layer, "winograd", pass).orElse(0));
                String name = layer + ", " + pass;
                points.add(new Roofline.Point(name, intensity, own, 0));
                measured.convolution(layer, "libtorch", pass)
                        .ifPresent(v -> points.add(new Roofline.Point(name, intensity, v, 1)));
                measured.convolution(layer, "onednn", pass)
                        .ifPresent(v -> points.add(new Roofline.Point(name, intensity, v, 2)));
            }
        }
        return new Roofline(
                measured.peak(), measured.bandwidth(), List.of("imagespace", "libtorch", "oneDNN"), List.copyOf(points));
    }

    private static ConvShape shape(String layer) {
        return ConvolutionBenchmark.shape(layer);
    }

    private static String number(OptionalDouble value, String format) {
        return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
    }

    private static String median(double[] values, String format) {
        if (values.length == 0) {
            return "-";
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT, format, (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
    }

    private static String range(double[] values, String format) {
        double[] numbers = Arrays.stream(values).filter(Double::isFinite).toArray();
        return numbers.length == 0
                ? "-"
                : String.format(
                        Locale.ROOT,
                        numbers.length == 1 ? format : format + " to " + format,
                        Arrays.stream(numbers).min().getAsDouble(),
                        Arrays.stream(numbers).max().getAsDouble());
    }
}
