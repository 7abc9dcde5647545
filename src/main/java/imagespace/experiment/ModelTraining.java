package imagespace.experiment;

import imagespace.backend.Backend;
import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.model.Histories;
import imagespace.model.LongTraining;
import imagespace.model.ModelException;
import imagespace.model.SavedModel;
import imagespace.strategy.NoiseClass;
import imagespace.train.DivergedException;
import imagespace.train.SampleHistory;
import imagespace.train.TrainingConfig;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * One training whose network is kept: {@code model.safetensors}, its curves in {@code training.csv}, and on request what
 * it said of every sample in every epoch. That is recorded in any case: a training that goes on may be asked for it.
 */
public final class ModelTraining {
    /** Name of the experiment in ledgers. */
    public static final String NAME = "train";
    /** Name of the model's file. */
    public static final String MODEL = "model.safetensors";

    private final Workbench bench;
    private final Dataset train;
    private final TrainingConfig config;
    private final Path folder;
    private final Path statistics;
    private final String dataName;
    private final String version;
    private final Configuration configuration;
    private final Experiment experiment;

    /**
     * Makes the plan; nothing runs yet.
     *
     * @param settings one run
     * @param config how to train; its epochs, batch and seed count
     * @param noiseRatio noise samples a natural one, 0 for no noise class
     * @param statistics where the statistics of the samples go, as CSV, with gzip if it ends in .gz; null if not wanted
     */
    public ModelTraining(
            Corpus corpus,
            RunSettings settings,
            TrainingConfig config,
            double noiseRatio,
            Path statistics,
            Backend backend,
            Ledger ledger,
            Path folder,
            String version) {
        bench = Workbench.of(NAME, corpus, settings, backend, ledger, folder, version);
        train = noiseRatio > 0 ? NoiseClass.add(bench.train(), noiseRatio) : bench.train();
        this.config = config;
        this.folder = folder;
        this.statistics = statistics;
        this.version = version;
        dataName = corpus.name();
        configuration = bench.configuration(
                        "model",
                        0,
                        Map.of(
                                "optimizer",
                                config.optimizer().toString(),
                                "labelSmoothing",
                                (double) config.labelSmoothing(),
                                "augmentation",
                                config.augmentation().toString(),
                                "noiseRatio",
                                noiseRatio))
                .with(Map.of("seed", config.seed()));
        Cost cost = new Cost(
                (long) config.epochs() * train.size(),
                (long) config.epochs() * (bench.test().size() + (after() ? train.size() : 0)));
        Job job = new Job("model", 0, config.seed(), configuration, cost, this::train);
        experiment = bench.jobs(List.of(job));
    }

    /** The plan. */
    public Experiment experiment() {
        return experiment;
    }

    /** What the ledger says of it once it has finished. */
    public Optional<LedgerEntry> result() {
        return bench.ledger().finished(configuration);
    }

    private boolean after() {
        return bench.settings().recordAfterEpoch();
    }

    private Job.Result train(PlanProgress progress) throws DivergedException, IOException, ModelException {
        SampleHistory history = new SampleHistory(train.ids(), train.labels());
        SortedMap<String, SampleHistory> histories = new TreeMap<>(Map.of("train", history));
        LongTraining training =
                bench.trainer().start(bench.settings().network(), train, config, configuration, histories);
        if (!after()) {
            training.training().record(history);
        }
        while (!training.done()) {
            progress.epoch(training.epoch(progress), config.epochs(), train.size());
            if (after()) {
                history.add(training.training().predict(train, progress));
            }
            training.add(
                    "testAccuracy",
                    training.training().predict(bench.test(), progress).accuracy());
            training.checkpoint();
        }
        Metrics metrics = Metrics.of(
                training.training().predict(bench.test(), progress),
                bench.train().classes());
        SortedMap<String, String> origin = new TreeMap<>(Map.of(
                "data", dataName,
                "dataDigest", bench.corpusDigest(),
                "trainSamples", Integer.toString(train.size()),
                "epochs", Integer.toString(config.epochs()),
                "seed", Long.toString(config.seed()),
                "testAccuracy", Double.toString(metrics.accuracy()),
                "version", version));
        SavedModel.of(bench.trainer().backend(), training.training().network(), train.classNames(), origin)
                .write(folder.resolve(MODEL));
        if (statistics != null) {
            writeStatistics(history);
        }
        return new Job.Result(metrics.toMap(), training.curves());
    }

    private void writeStatistics(SampleHistory history) throws IOException {
        Path part = statistics.resolveSibling(statistics.getFileName() + ".part");
        boolean packed = statistics.toString().toLowerCase(Locale.ROOT).endsWith(".gz");
        try (OutputStream raw = new BufferedOutputStream(Files.newOutputStream(part));
                OutputStream bytes = packed ? new GZIPOutputStream(raw) : raw;
                PrintWriter out = new PrintWriter(new OutputStreamWriter(bytes, StandardCharsets.US_ASCII))) {
            Histories.csv(out, history);
            if (out.checkError()) {
                throw new IOException("cannot write " + statistics + "; is there room?");
            }
        }
        Files.move(part, statistics, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
