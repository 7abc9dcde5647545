package imagespace.cli;

import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.data.Scenes;
import imagespace.data.Scenes.Planted;
import imagespace.experiment.BaseRun;
import imagespace.experiment.IllusiveSearch;
import imagespace.experiment.IllusiveSearch.Detection;
import imagespace.experiment.IllusiveSearch.Findings;
import imagespace.experiment.LedgerEntry;
import imagespace.model.ModelException;
import imagespace.report.ContactSheet.Mark;
import imagespace.report.SampleFiles;
import imagespace.report.Study;
import imagespace.report.WholeFile;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** Writes {@code samples.csv}, {@code ccm.csv} and {@code gallery.png}; on the embedded scenes, with the planted samples framed. */
final class SampleReport {
    static final Mark BLEND = new Mark("planted: two things at once", new Color(0xE08E0B));
    static final Mark WRONG_LABEL = new Mark("planted: wrong label", new Color(0xC2185B));

    private SampleReport() {}

    /** Whether a training sample is planted to mislead; null where nothing is known. */
    static IntPredicate planted(Corpus corpus) {
        return Scenes.embedded(corpus) ? id -> Scenes.plantedInTraining(id).isPresent() : null;
    }

    /** The frame of a planted sample. */
    static Optional<Mark> mark(int id) {
        return Scenes.plantedInTraining(id).map(kind -> kind == Planted.BLEND ? BLEND : WRONG_LABEL);
    }

    /** Of the base run of an experiment, if it did not fail. */
    static void write(Corpus corpus, BaseRun base, Path out) throws IOException, ModelException {
        if (base.read()) {
            Findings findings = new Findings(base.statistics(), base.illusive(), base.confusions());
            write(corpus, base.samples(), findings, out);
        }
    }

    private static void write(Corpus corpus, Dataset samples, Findings findings, Path out) throws IOException {
        IntFunction<Optional<Mark>> markOf = Scenes.embedded(corpus) ? SampleReport::mark : _ -> Optional.empty();
        List<Mark> legend = Scenes.embedded(corpus) ? List.of(BLEND, WRONG_LABEL) : List.of();
        new SampleFiles(corpus, samples, findings.statistics(), findings.illusive())
                .write(out, findings.confusions(), markOf, legend);
    }

    /** Of a search, and {@code illusive.md}; returns what to tell the user. */
    static List<String> write(Corpus corpus, IllusiveSearch search, Path out) throws IOException, ModelException {
        Findings findings = search.findings();
        Dataset samples = search.samples();
        write(corpus, samples, findings, out);
        List<String> lines = summary(corpus, findings, samples);
        List<LedgerEntry> trainings = search.entries();
        Study study = Study.of(trainings).getFirst();
        String versions =
                trainings.stream().map(LedgerEntry::version).distinct().collect(Collectors.joining(", "));
        String about = study.label() + "  \n" + study.otherSettings() + ", code " + versions;
        WholeFile.write(
                out.resolve("illusive.md"),
                "# Illusive samples\n\n" + about + "\n\n" + String.join("\n", lines)
                        + "\n\nAll samples, the worst first: `samples.csv`. Which classes are confused: `ccm.csv`. The most"
                        + " illusive, if there are any: `gallery.png`.\n");
        lines.add("All samples, the worst first: " + out.resolve("samples.csv"));
        lines.add("Which classes are confused: " + out.resolve("ccm.csv"));
        if (findings.illusive().count() > 0) {
            lines.add("The most illusive samples: " + out.resolve("gallery.png"));
        }
        return lines;
    }

    /** How many are illusive, and on the embedded scenes, how many of those ought to be. */
    private static List<String> summary(Corpus corpus, Findings findings, Dataset samples) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d of %,d training samples are illusive (%.1f %%), over %d counted epochs.",
                findings.illusive().count(),
                samples.size(),
                100.0 * findings.illusive().count() / samples.size(),
                findings.statistics().counted()));
        if (planted(corpus) != null) {
            Detection detection = Detection.of(findings.illusive(), samples.ids(), planted(corpus));
            lines.add(String.format(
                    Locale.ROOT,
                    "Of these, %.1f %% are planted to mislead (precision). Of the planted ones %.1f %% are found (recall):"
                            + " %.1f %% of the wrong labels, %.1f %% of the pictures with two things.",
                    100 * detection.precision(),
                    100 * detection.recall(),
                    100 * recall(findings, samples, Planted.WRONG_LABEL),
                    100 * recall(findings, samples, Planted.BLEND)));
        }
        return lines;
    }

    private static double recall(Findings findings, Dataset samples, Planted kind) {
        IntPredicate ofKind =
                id -> Scenes.plantedInTraining(id).filter(kind::equals).isPresent();
        return Detection.of(findings.illusive(), samples.ids(), ofKind).recall();
    }
}
