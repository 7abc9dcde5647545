package imagespace.experiment;

import imagespace.train.Predictions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Keeps what base runs say of the training samples, so that a resumed experiment need not train them again:
 * {@code base-RUN-HASH.csv.gz}, a line a sample, probabilities exact. The name and the first line hold the hash of the
 * base run's configuration, and gzip's checksum tells damage.
 */
final class BasePredictions {
    private static final String HEADER = "id,label,predicted,maximum,of_label";

    private BasePredictions() {}

    static Path file(Path folder, int run, Configuration configuration) {
        return folder.resolve("base-" + run + "-" + configuration.hash().substring(0, 8) + ".csv.gz");
    }

    /** Writes the file, or nothing at all. */
    static void write(Path file, Configuration configuration, Predictions base) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (Writer out =
                new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(part)), StandardCharsets.US_ASCII)) {
            out.write("# " + configuration.hash() + "\n" + HEADER + "\n");
            for (int i = 0; i < base.size(); i++) {
                out.write(base.ids()[i] + "," + base.labels()[i] + "," + base.predicted()[i] + "," + base.maximum()[i]
                        + "," + base.ofLabel()[i] + "\n");
            }
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Reads the file; nothing if it is missing, damaged, or of another configuration. */
    static Optional<Predictions> read(Path file, Configuration configuration, int samples) {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            if (!("# " + configuration.hash()).equals(in.readLine()) || !HEADER.equals(in.readLine())) {
                return Optional.empty();
            }
            List<String[]> rows = in.lines().map(line -> line.split(",")).toList();
            return rows.size() == samples ? Optional.of(predictions(rows)) : Optional.empty();
        } catch (IOException | UncheckedIOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return Optional.empty(); // the base run is trained again
        }
    }

    private static Predictions predictions(List<String[]> rows) {
        int n = rows.size();
        float[] maximum = new float[n];
        float[] ofLabel = new float[n];
        for (int i = 0; i < n; i++) {
            maximum[i] = Float.parseFloat(rows.get(i)[3]);
            ofLabel[i] = Float.parseFloat(rows.get(i)[4]);
        }
        return new Predictions(column(rows, 0), column(rows, 1), column(rows, 2), maximum, ofLabel);
    }

    private static int[] column(List<String[]> rows, int column) {
        return IntStream.range(0, rows.size())
                .map(i -> Integer.parseInt(rows.get(i)[column]))
                .toArray();
    }
}
