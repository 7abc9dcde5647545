package imagespace.report;

import imagespace.experiment.Table1Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Our Table 1 beside the paper's, as text and CSV.
 *
 * @param caption lines above the table: data, settings, what the paper's figures are
 * @param ours the figures of each cell that was asked for, in the paper's order; a cell without a finished run has 0 runs
 */
public record Table1Report(List<String> caption, Map<Table1Cell, CellFigures> ours) {
    private static final List<String> COLUMNS = List.of("A", "sigma_A", "P_c", "P_i", "P_g", "N");

    /** Aligned plain text, 120 columns. */
    public String text() {
        StringBuilder out = new StringBuilder();
        caption.forEach(line -> out.append(line).append('\n'));
        out.append('\n').append(" ".repeat(35));
        COLUMNS.forEach(column -> out.append(String.format(Locale.ROOT, "%14s", column)));
        out.append(String.format(Locale.ROOT, "%n%-30s %4s", "Training set", "runs"));
        out.append("   ours  paper".repeat(COLUMNS.size())).append('\n');
        ours.forEach((cell, figures) -> {
            out.append(String.format(Locale.ROOT, "%-30s %4d", name(cell), figures.runs()));
            pairs(cell, figures).forEach(pair -> out.append(String.format(Locale.ROOT, "%7s%7s", pair[0], pair[1])));
            out.append('\n');
        });
        return out.toString();
    }

    /** Full precision; an empty field where there is no figure. */
    public String csv() {
        StringBuilder out = new StringBuilder("cell,runs");
        COLUMNS.forEach(column -> out.append(',').append(column));
        COLUMNS.forEach(column -> out.append(",paper_").append(column));
        out.append('\n');
        ours.forEach((cell, figures) -> {
            List<String> fields = new ArrayList<>(List.of(cell.id(), Integer.toString(figures.runs())));
            for (CellFigures source : List.of(figures, PaperTable1.of(cell))) {
                for (double value : source.columns()) {
                    fields.add(Double.isNaN(value) ? "" : Double.toString(value));
                }
            }
            out.append(String.join(",", fields)).append('\n');
        });
        return out.toString();
    }

    private static String name(Table1Cell cell) {
        return cell.label() + (cell.noise() ? " ∪ noise" : "");
    }

    /** For each column our figure and the paper's, two decimals, a dash for none. */
    private static List<String[]> pairs(Table1Cell cell, CellFigures figures) {
        double[] own = figures.columns();
        double[] paper = PaperTable1.of(cell).columns();
        List<String[]> pairs = new ArrayList<>();
        for (int i = 0; i < own.length; i++) {
            pairs.add(new String[] {number(own[i]), number(paper[i])});
        }
        return pairs;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }
}
