package imagespace.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;

/** The figures of the paper's Table 2: means over 20 runs on all of CIFAR-10, in percent. */
public final class PaperTable2 {
    private static final JsonNode TABLE = read();

    private PaperTable2() {}

    /** A cell of the table; NaN where the paper has none. */
    public record Row(
            double legitimate,
            double legitimateWithoutIllusive,
            double adversarial,
            double adversarialWithoutIllusive) {}

    private static JsonNode read() {
        try (InputStream in = PaperTable2.class.getResourceAsStream("paper-table2.json")) {
            return new JsonMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The paper's figures for a number of epochs and a size of attack. */
    public static Row of(Object epochs, double eps) {
        for (JsonNode row : TABLE.path("rows")) {
            if (row.path("epochs").asText().equals(String.valueOf(epochs))
                    && row.path("epsilon").asDouble() == eps) {
                return new Row(
                        row.path("legitimate").asDouble(),
                        row.path("legitimateWithoutIllusive").asDouble(),
                        row.path("adversarial").asDouble(),
                        row.path("adversarialWithoutIllusive").asDouble());
            }
        }
        return new Row(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    /** With two digits; empty for NaN. */
    static String text(double percent) {
        return Double.isNaN(percent) ? "" : String.format(Locale.ROOT, "%.2f", percent);
    }
}
