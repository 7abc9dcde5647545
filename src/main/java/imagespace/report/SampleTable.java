package imagespace.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The samples of a {@code samples.csv}, the worst first.
 *
 * @param header names of the columns
 * @param rows one a sample
 */
public record SampleTable(List<String> header, List<List<String>> rows) {
    /**
     * Reads the file.
     *
     * @throws IOException if it cannot be read, or is no such table
     */
    public static SampleTable read(Path file) throws IOException {
        List<List<String>> all = Csv.read(file);
        if (all.isEmpty()
                || all.stream().anyMatch(row -> row.size() != all.getFirst().size())) {
            throw new IOException(file + " is damaged: its lines differ in length; run its experiment again");
        }
        SampleTable table = new SampleTable(all.getFirst(), all.subList(1, all.size()));
        for (String column : List.of("right", "epochs", "meanConfidence", "variability", "illusive")) {
            if (!table.header.contains(column)) {
                throw new IOException(file + " has no column " + column + "; run its experiment again");
            }
        }
        return table;
    }

    /** Any CSV file, header first. */
    public static List<List<String>> raw(Path file) throws IOException {
        return Csv.read(file);
    }

    public int size() {
        return rows.size();
    }

    /** A number of a row. */
    public double number(int row, String column) {
        return Double.parseDouble(rows.get(row).get(header.indexOf(column)));
    }

    /** How many samples are illusive. */
    public long illusive() {
        int column = header.indexOf("illusive");
        return rows.stream().filter(row -> row.get(column).equals("true")).count();
    }
}
