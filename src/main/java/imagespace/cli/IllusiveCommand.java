package imagespace.cli;

import imagespace.backend.BackendUnavailableException;
import imagespace.cli.ExperimentOptions.Size;
import imagespace.data.Corpus;
import imagespace.data.DataException;
import imagespace.experiment.Experiment;
import imagespace.experiment.IllusiveSearch;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerException;
import imagespace.experiment.RunSettings;
import imagespace.model.ModelException;
import imagespace.nn.Architecture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which training samples hurt, from the command line. */
@Command(
        name = "illusive",
        showDefaultValues = true,
        description = {
            "Which samples of your data hurt: trains on all of it, records what the network says of every training sample in"
                    + " every epoch, and ranks them. Writes OUT/samples.csv (the worst first), OUT/ccm.csv (which classes are"
                    + " confused), OUT/gallery.png (the most illusive samples) and OUT/illusive.md (how many).",
            "With several --runs only those samples are illusive that all trainings get wrong. Stop at any time: the same"
                    + " command goes on from there."
        },
        footer = {"Example:", "  imagespace illusive --data my-pictures --runs 2 --out out/illusive"})
public final class IllusiveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ExperimentOptions options;

    @Mixin
    private StatisticsOptions statistics;

    @Option(
            names = "--net",
            paramLabel = "NET",
            defaultValue = "keras",
            description = "keras, allconv, or allconv/N with N filters in the first layer instead of 64.")
    private String network;

    /** Runs the experiment: 0 if all runs have finished, 1 if any failed. */
    @Override
    public Integer call()
            throws DataException, BackendUnavailableException, LedgerException, ModelException, IOException {
        RunSettings settings = options.settings(
                network(),
                statistics,
                new Size(1, 6, 1000, 500),
                new Size(1, 12, Size.ALL, Size.ALL),
                new Size(3, 12, Size.ALL, Size.ALL));
        Corpus corpus = options.corpus();
        ExperimentSession.checkSize(corpus, settings.network());
        Path out = options.out();
        try (BackendGroup backends = options.openBackends(settings.runs());
                Ledger ledger = ExperimentSession.openLedger(out, options.dryRun())) {
            List<IllusiveSearch> sides = backends.each(backend -> new IllusiveSearch(
                    corpus, settings, SampleReport.planted(corpus), backend, ledger, out, Main.Version.current()));
            IllusiveSearch search = sides.getFirst();
            List<Experiment> experiments =
                    sides.stream().map(IllusiveSearch::experiment).toList();
            OptionalInt failed =
                    ExperimentSession.run(experiments, corpus, settings, backends, ledger, out, options.dryRun());
            if (failed.isEmpty()) {
                return 0;
            }
            if (failed.getAsInt() > 0) {
                return 1;
            }
            SampleReport.write(corpus, search, out).forEach(spec.commandLine().getOut()::println);
            spec.commandLine().getOut().flush();
            return 0;
        }
    }

    private String network() {
        try {
            Architecture.named(network, 32, 32, 3, 10);
            return network;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--net: " + e.getMessage(), e);
        }
    }
}
