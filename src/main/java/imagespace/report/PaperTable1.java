package imagespace.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import imagespace.experiment.Table1Cell;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The figures of the paper's Table 1: means over 50 runs on all of CIFAR-10. */
public final class PaperTable1 {
    private static final JsonNode TABLE = read();

    private PaperTable1() {}

    private static JsonNode read() {
        try (InputStream in = PaperTable1.class.getResourceAsStream("paper-table1.json")) {
            return new JsonMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The paper's figures of a cell. */
    public static CellFigures of(Table1Cell cell) {
        JsonNode row = TABLE.path("cells").path(cell.id());
        return new CellFigures(
                TABLE.path("runs").asInt(),
                row.path("A").asDouble(Double.NaN),
                row.path("sigmaA").asDouble(Double.NaN),
                row.path("Pc").asDouble(Double.NaN),
                row.path("Pi").asDouble(Double.NaN),
                row.path("Pg").asDouble(Double.NaN),
                row.path("N").asDouble(Double.NaN));
    }
}
