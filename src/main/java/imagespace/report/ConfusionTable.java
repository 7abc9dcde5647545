package imagespace.report;

import imagespace.data.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The cumulative confusion matrix of a {@code ccm.csv}.
 *
 * @param classes names of the classes
 * @param counts how often a sample of a class (row) was taken for a class (column)
 */
public record ConfusionTable(List<String> classes, long[][] counts) {
    /**
     * Reads the file.
     *
     * @throws DataException if it is no such table, or not a whole one
     */
    public static ConfusionTable read(Path file) throws IOException, DataException {
        List<List<String>> all = Csv.read(file);
        List<String> classes = all.getFirst().subList(1, all.getFirst().size());
        if (all.size() - 1 != classes.size()) {
            throw Csv.damaged(file, "has " + classes.size() + " columns of counts, but " + (all.size() - 1) + " rows");
        }
        long[][] counts = new long[classes.size()][classes.size()];
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                try {
                    counts[i][j] = Long.parseLong(all.get(i + 1).get(j + 1));
                } catch (NumberFormatException e) {
                    throw Csv.damaged(file, "has something that is no number in row " + (i + 2));
                }
            }
        }
        return new ConfusionTable(classes, counts);
    }

    /** The largest count off the diagonal: the worst confusion; 0 if there is none. */
    public long most() {
        long most = 0;
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts.length; j++) {
                most = i == j ? most : Math.max(most, counts[i][j]);
            }
        }
        return most;
    }
}
