package imagespace.report;

import imagespace.data.Corpus;
import imagespace.data.Dataset;
import imagespace.report.ContactSheet.Mark;
import imagespace.report.ContactSheet.Section;
import imagespace.report.Gallery.Tile;
import imagespace.strategy.ConfusionMatrix;
import imagespace.strategy.IllusiveSamples;
import imagespace.strategy.SampleStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * What the training statistics say of every training sample, in files: {@code samples.csv}, the worst first;
 * {@code ccm.csv}, the cumulative confusion matrix; {@code gallery.png}, the most illusive samples.
 */
public final class SampleFiles {
    private static final int SHOWN = 60;

    private final Corpus corpus;
    private final Dataset train;
    private final SampleStatistics statistics;
    private final IllusiveSamples illusive;
    /** Positions: fewest times right first, then least probability of the true class. */
    private final int[] ranking;

    /** @param train the samples that the statistics are of */
    public SampleFiles(Corpus corpus, Dataset train, SampleStatistics statistics, IllusiveSamples illusive) {
        this.corpus = corpus;
        this.train = train;
        this.statistics = statistics;
        this.illusive = illusive;
        ranking = IntStream.range(0, statistics.size())
                .boxed()
                .sorted(Comparator.<Integer>comparingInt(i -> statistics.right()[i])
                        .thenComparingDouble(i -> statistics.confidence()[i])
                        .thenComparingInt(i -> statistics.ids()[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Writes all three, each whole or not at all. */
    public void write(Path folder, ConfusionMatrix confusions, IntFunction<Optional<Mark>> markOf, List<Mark> legend)
            throws IOException {
        WholeFile.write(folder.resolve("samples.csv"), samples());
        WholeFile.write(folder.resolve("ccm.csv"), confusions(confusions));
        gallery(folder.resolve("gallery.png"), markOf, legend);
    }

    /** A line a sample. The mean confidence is that of the true class, whether it was predicted or not. */
    String samples() {
        StringBuilder out = new StringBuilder(
                "id,file,label,right,epochs,predicted,meanConfidence,variability,meanMaximum,illusive\n");
        for (int i : ranking) {
            int id = statistics.ids()[i];
            out.append(id).append(',');
            out.append(Csv.field(
                            id < corpus.trainFiles().size()
                                    ? corpus.trainFiles().get(id)
                                    : ""))
                    .append(',');
            out.append(Csv.field(name(statistics.labels()[i]))).append(',');
            out.append(statistics.right()[i])
                    .append(',')
                    .append(statistics.counted())
                    .append(',');
            out.append(Csv.field(name(statistics.predicted()[i]))).append(',');
            out.append(String.format(
                    Locale.ROOT,
                    "%.5f,%.5f,%.5f,%b\n",
                    statistics.confidence()[i],
                    statistics.variability()[i],
                    statistics.maximum()[i],
                    illusive.contains(id)));
        }
        return out.toString();
    }

    /** Counts; a line a true class. */
    String confusions(ConfusionMatrix matrix) {
        StringBuilder out = new StringBuilder("true\\predicted");
        train.classNames().forEach(name -> out.append(',').append(Csv.field(name)));
        out.append('\n');
        for (int i = 0; i < matrix.counts().length; i++) {
            out.append(Csv.field(name(i)));
            for (long count : matrix.counts()[i]) {
                out.append(',').append(count);
            }
            out.append('\n');
        }
        return out.toString();
    }

    private String name(int label) {
        return train.classNames().get(label);
    }

    /** The most illusive samples: of those that are illusive, the ones that the network is surest of, wrongly. */
    private void gallery(Path file, IntFunction<Optional<Mark>> markOf, List<Mark> legend) throws IOException {
        List<Tile> tiles = IntStream.of(ranking)
                .filter(i -> illusive.contains(statistics.ids()[i]))
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -statistics.maximum()[i]))
                .limit(SHOWN)
                .map(this::tile)
                .toList();
        if (tiles.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        String heading = "Illusive over " + statistics.counted() + " counted epochs, the surest first (" + tiles.size()
                + " of " + illusive.count() + ")";
        new ContactSheet(train.images(), markOf, true).write(file, List.of(new Section(heading, tiles)), legend);
    }

    private Tile tile(int position) {
        return new Tile(
                statistics.ids()[position],
                name(statistics.labels()[position]),
                name(statistics.predicted()[position]),
                (float) statistics.maximum()[position]);
    }
}
