package imagespace.report;

import imagespace.data.DataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The samples of a {@code samples.csv}, the worst first.
 *
 * @param header names of the columns
 * @param rows one a sample
 * @param points the samples on the data map, in the same order
 */
public record SampleTable(List<String> header, List<List<String>> rows, List<DataMap.Point> points) {
    /**
     * Reads the file.
     *
     * @throws DataException if it is no such table, or not a whole one
     */
    public static SampleTable read(Path file) throws IOException, DataException {
        List<List<String>> all = Csv.read(file);
        List<String> header = all.getFirst();
        for (String column : List.of("right", "epochs", "meanConfidence", "variability", "illusive")) {
            if (!header.contains(column)) {
                throw Csv.damaged(file, "has no column " + column);
            }
        }
        List<DataMap.Point> points = new ArrayList<>();
        for (int r = 1; r < all.size(); r++) {
            try {
                points.add(point(header, all.get(r)));
            } catch (NumberFormatException e) {
                throw Csv.damaged(file, "has something that is no number in row " + (r + 1));
            }
        }
        return new SampleTable(header, all.subList(1, all.size()), points);
    }

    private static DataMap.Point point(List<String> header, List<String> row) {
        return new DataMap.Point(
                number(header, row, "meanConfidence"),
                number(header, row, "variability"),
                number(header, row, "right") / Math.max(1, number(header, row, "epochs")));
    }

    private static double number(List<String> header, List<String> row, String column) {
        double value = Double.parseDouble(row.get(header.indexOf(column)));
        if (!Double.isFinite(value)) {
            throw new NumberFormatException(column);
        }
        return value;
    }

    public int size() {
        return rows.size();
    }

    /** How many samples are illusive. */
    public long illusive() {
        int column = header.indexOf("illusive");
        return rows.stream().filter(row -> row.get(column).equals("true")).count();
    }
}
