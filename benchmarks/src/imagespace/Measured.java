package imagespace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/**
 * The raw figures of {@code benchmarks/all}.
 *
 * @param kernels by JMH
 * @param lines of {@code imagespace throughput} and of {@code torch_peer.py}, in the order they were measured in
 */
record Measured(List<Kernel> kernels, List<Line> lines) {
    /**
     * A JMH result.
     *
     * @param name class and method
     * @param parameters as JMH writes them
     * @param score operations a second
     * @param rate GFLOP/s or GB/s
     */
    record Kernel(String name, JsonNode parameters, double score, double rate) {
        String parameter(String key) {
            return parameters.path(key).asText();
        }
    }

    /**
     * A whole network.
     *
     * @param part what it was measured for: pair, default, batch, side, threads
     * @param by imagespace or torch
     * @param json all fields
     */
    record Line(String part, String by, JsonNode json) {
        String net() {
            return json.path("net").asText();
        }

        double value(String field) {
            return json.path(field).asDouble(Double.NaN);
        }

        boolean sameWork(Line other) {
            return part.equals(other.part)
                    && net().equals(other.net())
                    && value("batch") == other.value("batch")
                    && value("side") == other.value("side");
        }
    }

    static Measured read(Path folder, Path throughput) throws IOException {
        JsonMapper mapper = new JsonMapper();
        List<Kernel> kernels = new ArrayList<>();
        for (String file : List.of("peak", "memory", "convolution", "dense", "step")) {
            for (JsonNode result : mapper.readTree(Files.readString(folder.resolve(file + ".json")))) {
                String[] name = result.path("benchmark").asText().split("\\.");
                JsonNode extra = result.path("secondaryMetrics");
                JsonNode rate = extra.has("gflops") ? extra.path("gflops") : extra.path("gbytes");
                kernels.add(new Kernel(
                        name[name.length - 2] + "." + name[name.length - 1],
                        result.path("params"),
                        result.path("primaryMetric").path("score").asDouble(),
                        rate.path("score").asDouble(Double.NaN)));
            }
        }
        List<Line> lines = new ArrayList<>();
        for (String text : Files.readAllLines(throughput)) {
            JsonNode json = mapper.readTree(text);
            lines.add(new Line(json.path("part").asText(), json.path("by").asText(), json.path("line")));
        }
        return new Measured(List.copyOf(kernels), List.copyOf(lines));
    }

    /** The kernels: a line each. */
    String csv() {
        StringBuilder out = new StringBuilder("benchmark,parameters,operations_per_s,g_per_s\n");
        for (Kernel kernel : kernels) {
            StringJoiner parameters = new StringJoiner("; ");
            kernel.parameters
                    .properties()
                    .forEach(parameter -> parameters.add(
                            parameter.getKey() + "=" + parameter.getValue().asText()));
            out.append(String.format(
                    Locale.ROOT, "%s,%s,%.4f,%.3f%n", kernel.name, parameters, kernel.score, kernel.rate));
        }
        return out.toString();
    }

    private OptionalDouble rate(String name, String key, String value, String library) {
        return kernels.stream()
                .filter(kernel -> kernel.name.equals(name)
                        && kernel.parameter(key).equals(value)
                        && kernel.parameter("library").equals(library))
                .mapToDouble(Kernel::rate)
                .findFirst();
    }

    /** GFLOP/s. */
    double peak() {
        return kernels.stream()
                .filter(kernel -> kernel.name.equals("PeakBenchmark.tile"))
                .mapToDouble(Kernel::rate)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** GB/s. */
    double bandwidth() {
        return kernels.stream()
                .filter(kernel -> kernel.name.equals("MemoryBenchmark.triad"))
                .mapToDouble(Kernel::rate)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** In the order of the benchmark. */
    List<String> layers() {
        return kernels.stream()
                .filter(kernel -> kernel.name.startsWith("ConvolutionBenchmark"))
                .map(kernel -> kernel.parameter("layer"))
                .distinct()
                .toList();
    }

    /** GFLOP/s. */
    OptionalDouble convolution(String layer, String library, String pass) {
        return rate("ConvolutionBenchmark." + pass, "layer", layer, library);
    }

    /** GFLOP/s. */
    OptionalDouble dense(String shape, String library, String pass) {
        return rate("DenseBenchmark." + pass, "shape", shape, library);
    }

    /** Images a second. */
    OptionalDouble step(String network, String library, String what) {
        return kernels.stream()
                .filter(kernel -> kernel.name.equals("StepBenchmark." + what)
                        && kernel.parameter("network").equals(network)
                        && kernel.parameter("library").equals(library))
                .mapToDouble(Kernel::score)
                .findFirst();
    }

    /** A field of all lines of a part, in order. */
    double[] values(String part, String by, String net, String field) {
        return lines.stream()
                .filter(line -> line.part.equals(part)
                        && line.by.equals(by)
                        && line.net().equals(net))
                .mapToDouble(line -> line.value(field))
                .toArray();
    }

    /** What PyTorch calls itself. */
    String torch() {
        return lines.stream()
                .filter(line -> line.by.equals("torch"))
                .map(line -> line.json.path("backend").asText())
                .findFirst()
                .orElse("none");
    }
}
