package imagespace.cli;

import imagespace.data.Archive;
import imagespace.data.Corpora;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.data.Dataset;
import imagespace.data.Fetch;
import imagespace.data.Fetch.Fetched;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Data sets: fetch a published one, describe any. */
@Command(
        name = "data",
        description = "Fetch a published data set, or describe one.",
        synopsisSubcommandLabel = "COMMAND")
public final class DataCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "data needs a command: fetch or info");
    }

    /** Downloads, resumes, checks and unpacks. */
    @Command(
            name = "fetch",
            mixinStandardHelpOptions = true,
            description =
                    "Download a data set from its makers, check its digest and unpack it; goes on where a download"
                            + " broke off.")
    int fetch(
            @Parameters(paramLabel = "NAME", description = "cifar10") String name,
            @Option(
                            names = "--from",
                            paramLabel = "URL-or-file",
                            description = "Another place, or a file that is here already.")
                    String from,
            @Option(
                            names = "--into",
                            paramLabel = "DIR",
                            defaultValue = "${env:IMAGESPACE_DATA:-data}",
                            description =
                                    "Where the folder of the data set goes (default: IMAGESPACE_DATA if it is set, else data).")
                    Path into)
            throws DataException {
        if (!name.equals("cifar10")) {
            throw new ParameterException(
                    spec.commandLine(), "there is no data set '" + name + "' to fetch, only cifar10");
        }
        Archive archive = Archive.cifar10();
        Fetched fetched;
        try (FetchProgress progress = new FetchProgress(System.err, Terminal.errorColumns(), System::nanoTime)) {
            fetched = Fetch.fetch(archive, from, into, progress);
        }
        spec.commandLine()
                .getOut()
                .println(fetched.folder() + (fetched.wasThere() ? " is there already" : " is ready"));
        spec.commandLine().getOut().flush();
        return 0;
    }

    /** Prints counts, sizes and the digest. */
    @Command(
            name = "info",
            mixinStandardHelpOptions = true,
            description = "Describe a data set: counts by class, size, digest.")
    int info(@Parameters(paramLabel = "D", description = "scenes, cifar10, or the path of a data set.") String data)
            throws DataException {
        Corpus corpus = Corpora.open(data);
        PrintWriter out = spec.commandLine().getOut();
        Dataset train = corpus.train();
        out.printf(
                Locale.ROOT,
                "%s: images of %dx%d pixels, %d channel%s%n",
                corpus.name(),
                train.images().height(),
                train.images().width(),
                train.images().channels(),
                train.images().channels() == 1 ? "" : "s");
        List<String> names = train.classNames();
        int width = Math.max(8, names.stream().mapToInt(String::length).max().orElse(0));
        String row = "%-" + width + "s %10s %10s%n";
        out.printf(Locale.ROOT, row, "class", "training", "test");
        int[] trainCounts = counts(train);
        int[] testCounts = counts(corpus.test());
        for (int c = 0; c < names.size(); c++) {
            out.printf(Locale.ROOT, row, names.get(c), trainCounts[c], testCounts[c]);
        }
        out.printf(Locale.ROOT, row, "all", train.size(), corpus.test().size());
        out.println("test images that are training images too: " + shared(train, corpus.test()));
        out.println("SHA-256 of pixels and labels: " + corpus.digest());
        out.flush();
        return 0;
    }

    private static int[] counts(Dataset data) {
        int[] counts = new int[data.classes()];
        for (int label : data.labels()) {
            counts[label]++;
        }
        return counts;
    }

    /** Test images that are equal to a training image, byte for byte. */
    private static int shared(Dataset train, Dataset test) {
        Set<ByteBuffer> seen = new HashSet<>();
        for (int i = 0; i < train.images().count(); i++) {
            seen.add(image(train, i));
        }
        int shared = 0;
        for (int i = 0; i < test.images().count(); i++) {
            if (seen.contains(image(test, i))) {
                shared++;
            }
        }
        return shared;
    }

    private static ByteBuffer image(Dataset data, int id) {
        int size = data.images().imageSize();
        return ByteBuffer.wrap(data.images().pixels(), id * size, size);
    }
}
