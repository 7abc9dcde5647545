package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.data.Corpora;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.model.ModelException;
import imagespace.model.SavedModel;
import imagespace.strategy.NoiseClass;
import imagespace.strategy.RandomSubset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands that use a model have in common. */
final class ModelOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "M",
            description = "A model.safetensors, or the folder that 'train' put it into.")
    private Path model;

    @Mixin
    private BackendOptions computing = new BackendOptions();

    SavedModel model() throws IOException, ModelException {
        Path file = Files.isDirectory(model) ? model.resolve("model.safetensors") : model;
        if (!Files.isRegularFile(file)) {
            throw new ModelException("there is no model " + file + "; 'imagespace train' makes one");
        }
        return SavedModel.read(file);
    }

    Backend openBackend() throws BackendUnavailableException {
        return computing.open();
    }

    /**
     * The test samples of a data set, if the model knows these classes: the same, in this order, and maybe noise.
     *
     * @param limit at most so many, chosen at random
     */
    static Dataset testSamples(SavedModel model, String data, int limit) throws DataException, ModelException {
        Corpus corpus = Corpora.open(data);
        Dataset test = RandomSubset.of(corpus.test(), limit, 1);
        Images images = test.images();
        if (images.height() != model.architecture().height()
                || images.width() != model.architecture().width()
                || images.channels() != model.architecture().channels()) {
            throw new ModelException("the model takes images of "
                    + model.architecture().height() + "x"
                    + model.architecture().width() + "x" + model.architecture().channels() + ", " + corpus.name()
                    + " has " + images.height() + "x" + images.width() + "x" + images.channels());
        }
        List<String> known = model.classNames();
        boolean noise = known.getLast().equals(NoiseClass.NAME) && known.size() == test.classes() + 1;
        if (!test.classNames().equals(noise ? known.subList(0, test.classes()) : known)) {
            throw new ModelException("the model knows other classes (" + String.join(", ", known) + ") than "
                    + corpus.name() + " has (" + String.join(", ", test.classNames()) + ")");
        }
        return test;
    }
}
