package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import imagespace.data.DataException;
import imagespace.data.Dataset;
import imagespace.experiment.Metrics;
import imagespace.experiment.PlanProgress;
import imagespace.model.ModelException;
import imagespace.model.SavedModel;
import imagespace.report.Grid;
import imagespace.train.Predictions;
import imagespace.train.Predictor;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How good a model is, from the command line. */
@Command(
        name = "evaluate",
        showDefaultValues = true,
        description =
                "How good a model is on the test samples of a data set: accuracy, the metrics of Table 1, and which"
                        + " classes it confuses.",
        footer = {"Example:", "  imagespace evaluate --model out/train --data cifar10"})
public final class EvaluateCommand implements Callable<Integer> {
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
            description = "scenes, cifar10, or the path of a data set.")
    private String data;

    /** Evaluates and prints. */
    @Override
    public Integer call() throws DataException, BackendUnavailableException, ModelException, IOException {
        SavedModel model = options.model();
        Dataset test = ModelOptions.testSamples(model, data, Integer.MAX_VALUE);
        try (Backend backend = options.openBackend()) {
            Predictor predictor = new Predictor(backend, model.network(backend, batch.size()), batch.size(), 0);
            Predictions predictions;
            try (PlanProgress progress = PlanProgress.on(System.err, Terminal.errorColumns(), test.size())) {
                predictions = predictor.predict(test, progress);
            }
            Metrics metrics = Metrics.of(predictions, test.classes());
            PrintWriter print = spec.commandLine().getOut();
            print.printf(
                    Locale.ROOT,
                    "%,d test samples: accuracy A %.2f %%, P_c %.2f %%, P_i %.2f %%, P_g %.2f %%, called noise N %d, loss %.4f%n%n",
                    test.size(),
                    100 * metrics.accuracy(),
                    100 * metrics.confidence(),
                    100 * metrics.illusiveness(),
                    100 * metrics.truth(),
                    metrics.noise(),
                    predictions.loss());
            print.print(confusions(predictions, model.classNames()).text());
            print.flush();
            return 0;
        }
    }

    private static Grid confusions(Predictions predictions, List<String> names) {
        int[][] counts = new int[names.size()][names.size()];
        for (int i = 0; i < predictions.size(); i++) {
            counts[predictions.labels()[i]][predictions.predicted()[i]]++;
        }
        List<List<String>> rows = new ArrayList<>();
        for (int label = 0; label < names.size(); label++) {
            List<String> row = new ArrayList<>(List.of(names.get(label)));
            for (int count : counts[label]) {
                row.add(Integer.toString(count));
            }
            rows.add(row);
        }
        List<String> header = new ArrayList<>(List.of("true \\ predicted"));
        header.addAll(names);
        return new Grid(List.of(), header, rows);
    }
}
