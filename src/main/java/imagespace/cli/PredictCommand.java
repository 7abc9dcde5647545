package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.backend.Tensor;
import imagespace.data.DataException;
import imagespace.data.ImageScaler;
import imagespace.model.ModelException;
import imagespace.model.SavedModel;
import imagespace.nn.Architecture;
import imagespace.nn.Network;
import imagespace.report.Csv;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies image files. */
@Command(
        name = "predict",
        showDefaultValues = true,
        description =
                "Classifies image files with a model: a line each with the class, its probability, and the next two classes."
                        + " Images of another size are brought to the model's by averaging areas.",
        footer = {"Example:", "  imagespace predict --model out/train cat.png dog.jpg"})
public final class PredictCommand implements Callable<Integer> {
    private static final int NAMED = 3;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions options;

    @Option(names = "--csv", description = "Print CSV: file, then the probability of each class.")
    private boolean csv;

    @Parameters(paramLabel = "IMAGE", arity = "1..*", description = "PNG or JPEG files.")
    private List<Path> images;

    /** Classifies and prints: nothing if any image cannot be read. */
    @Override
    public Integer call() throws DataException, BackendUnavailableException, ModelException, IOException {
        SavedModel model = options.model();
        List<float[]> inputs = new ArrayList<>();
        for (Path image : images) {
            inputs.add(input(image, model.architecture()));
        }
        try (Backend backend = options.openBackend()) {
            Network network = model.network(backend, 1);
            Tensor probabilities = backend.tensor(1, network.classes());
            float[] p = new float[network.classes()];
            PrintWriter print = spec.commandLine().getOut();
            if (csv) {
                print.println(
                        "file," + model.classNames().stream().map(Csv::field).collect(Collectors.joining(",")));
            }
            for (int i = 0; i < inputs.size(); i++) {
                backend.write(network.input(), inputs.get(i), inputs.get(i).length);
                network.forward(1, false, 0);
                backend.softmax(probabilities, network.logits(), network.classes(), 1);
                backend.read(probabilities, p, p.length);
                print.println(csv ? row(images.get(i), p) : line(images.get(i), p, model.classNames()));
            }
            print.flush();
            return 0;
        }
    }

    /** Values in [0, 1] as the network takes them. */
    private static float[] input(Path image, Architecture architecture) throws DataException, ModelException {
        if (architecture.height() != architecture.width()) {
            throw new ModelException("the model takes images of " + architecture.height() + "x" + architecture.width()
                    + "; files are brought to squares only");
        }
        if (!Files.isRegularFile(image)) {
            throw new DataException("there is no image " + image);
        }
        byte[] rgb = ImageScaler.read(image, architecture.height());
        int channels = architecture.channels();
        float[] input = new float[rgb.length / 3 * channels];
        for (int pixel = 0; pixel < rgb.length / 3; pixel++) {
            for (int c = 0; c < channels; c++) {
                int at = 3 * pixel;
                int value = channels == 3
                        ? rgb[at + c] & 0xFF
                        : Math.round(((rgb[at] & 0xFF) + (rgb[at + 1] & 0xFF) + (rgb[at + 2] & 0xFF)) / 3f);
                input[pixel * channels + c] = value / 255f;
            }
        }
        return input;
    }

    private static String row(Path image, float[] p) {
        String values =
                IntStream.range(0, p.length).mapToObj(c -> Float.toString(p[c])).collect(Collectors.joining(","));
        return Csv.field(image.toString()) + "," + values;
    }

    private static String line(Path image, float[] p, List<String> names) {
        return image + ": "
                + IntStream.range(0, p.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble((Integer c) -> -p[c]))
                        .limit(NAMED)
                        .map(c -> String.format(Locale.ROOT, "%s %.1f %%", names.get(c), 100 * p[c]))
                        .collect(Collectors.joining(", "));
    }
}
