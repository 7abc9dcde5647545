package imagespace.cli;

import imagespace.attack.Fgsm;
import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.data.DataException;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.experiment.PlanProgress;
import imagespace.model.ModelException;
import imagespace.model.SavedModel;
import imagespace.nn.Network;
import imagespace.report.ContactSheet;
import imagespace.report.ContactSheet.Section;
import imagespace.report.Gallery.Tile;
import imagespace.report.Grid;
import imagespace.report.WholeFile;
import imagespace.train.Predictions;
import imagespace.train.Predictor;
import imagespace.train.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How hard a model is to attack, from the command line. */
@Command(
        name = "attack",
        showDefaultValues = true,
        description =
                "Accuracy of a model under the fast gradient sign method (FGSM): the attacker knows the network and moves"
                        + " every value of an image by eps. FGSM is a weak attack: a high accuracy here proves no robustness.",
        footer = {"Example:", "  imagespace attack --model out/train --data cifar10 --eps .3,.1,.05,.01"})
public final class AttackCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ModelOptions options;

    @Mixin
    private BatchOption batch;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "D",
            description = "scenes, cifar10, or the path of a data set; its test samples are attacked.")
    private String data;

    @Option(
            names = "--eps",
            split = ",",
            paramLabel = "LIST",
            defaultValue = "0.3,0.1,0.05,0.01",
            description = "Sizes of the perturbation in [0, 1], separated by commas; values of images lie in [0, 1].")
    private List<Double> eps;

    @Option(
            names = "--label",
            paramLabel = "WHOSE",
            defaultValue = "predicted",
            description = "The label that the attack leads away from: predicted (CleverHans' default) or true.")
    private Fgsm.Label label;

    @Option(
            names = "--test-limit",
            paramLabel = "N",
            description = "Use only so many test samples, chosen at random.",
            showDefaultValue = Visibility.NEVER)
    private int testLimit = Integer.MAX_VALUE;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Write the accuracies there, too.",
            showDefaultValue = Visibility.NEVER)
    private Path csv;

    @Option(
            names = "--picture",
            paramLabel = "FILE.png",
            description = "Draw some images as they are and attacked.",
            showDefaultValue = Visibility.NEVER)
    private Path picture;

    /** Attacks and prints. */
    @Override
    public Integer call() throws DataException, BackendUnavailableException, ModelException, IOException {
        if (eps.isEmpty() || eps.stream().anyMatch(e -> !(e >= 0 && e <= 1)) || testLimit < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--eps holds sizes in [0, 1], --test-limit is at least 1; not " + eps);
        }
        for (Path file : Arrays.asList(csv, picture)) {
            if (file != null) {
                WholeFile.prepare(file);
            }
        }
        SavedModel model = options.model();
        Dataset test = ModelOptions.testSamples(model, data, testLimit);
        try (Backend backend = options.openBackend()) {
            Network network = model.network(backend, batch.size());
            Fgsm fgsm = new Fgsm(backend, network, batch.size(), label);
            List<Double> sizes = new ArrayList<>(List.of(0.0));
            sizes.addAll(eps);
            double[] accuracy;
            try (PlanProgress progress = PlanProgress.on(System.err, Terminal.errorColumns(), test.size())) {
                accuracy = fgsm.accuracy(test, sizes, progress);
            }
            PrintWriter print = spec.commandLine().getOut();
            print.print(table(test, sizes, accuracy).text());
            print.flush();
            if (csv != null) {
                StringBuilder text = new StringBuilder("eps,accuracy\n");
                IntStream.range(0, accuracy.length)
                        .forEach(i -> text.append(sizes.get(i))
                                .append(',')
                                .append(accuracy[i])
                                .append('\n'));
                WholeFile.write(csv, text.toString());
            }
            if (picture != null) {
                draw(backend, network, fgsm, test, sizes, model.classNames());
                print.println("Pictures: " + picture);
            }
            print.flush();
            return 0;
        }
    }

    private Grid table(Dataset test, List<Double> sizes, double[] accuracy) {
        List<List<String>> rows = new ArrayList<>();
        for (int i = 0; i < accuracy.length; i++) {
            rows.add(List.of(
                    sizes.get(i) == 0 ? "0 (legitimate)" : sizes.get(i).toString(),
                    String.format(Locale.ROOT, "%.2f", 100 * accuracy[i])));
        }
        return new Grid(
                List.of(String.format(
                        Locale.ROOT,
                        "%,d test samples, FGSM away from the %s label",
                        test.size(),
                        label.name().toLowerCase(Locale.ROOT))),
                List.of("eps", "accuracy, %"),
                rows);
    }

    /** The first test images, a row a size of attack. */
    private void draw(Backend backend, Network network, Fgsm fgsm, Dataset test, List<Double> sizes, List<String> names)
            throws IOException {
        Dataset few = test.at(IntStream.range(0, Math.min(Math.min(SHOWN, batch.size()), test.size()))
                .toArray());
        Images images = test.images();
        byte[] all = new byte[sizes.size() * few.size() * images.imageSize()];
        List<Section> sections = new ArrayList<>();
        for (int s = 0; s < sizes.size(); s++) {
            byte[] attacked = bytes(fgsm.attacked(few, sizes.get(s)));
            System.arraycopy(attacked, 0, all, s * attacked.length, attacked.length);
            Images part = new Images(attacked, images.height(), images.width(), images.channels());
            Dataset shown = Dataset.of(part, few.labels(), few.classNames());
            Predictions said = new Predictor(backend, network, batch.size(), 0).predict(shown, Progress.SILENT);
            List<Tile> tiles = new ArrayList<>();
            for (int i = 0; i < few.size(); i++) {
                tiles.add(new Tile(
                        s * few.size() + i,
                        names.get(few.labels()[i]),
                        names.get(said.predicted()[i]),
                        said.maximum()[i]));
            }
            sections.add(new Section(sizes.get(s) == 0 ? "As they are" : "FGSM, eps " + sizes.get(s), tiles));
        }
        new ContactSheet(
                        new Images(all, images.height(), images.width(), images.channels()),
                        _ -> Optional.empty(),
                        false)
                .write(picture, sections, List.of());
    }

    private static byte[] bytes(float[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Math.round(255 * values[i]);
        }
        return bytes;
    }
}
