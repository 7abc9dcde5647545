package imagespace.report.html;

import imagespace.report.ConfusionTable;
import java.util.Locale;

/** The cumulative confusion matrix as a table whose colours show what is confused. */
final class HeatMap {
    /** Full colour would drown the number that stands on it. */
    private static final double STRONGEST_PERCENT = 90;

    private HeatMap() {}

    static String of(ConfusionTable table) {
        StringBuilder out =
                new StringBuilder("<table class=\"heat\">\n<thead><tr><th scope=\"col\">true \\ predicted</th>");
        for (String name : table.classes()) {
            out.append("<th scope=\"col\">").append(Html.escape(name)).append("</th>");
        }
        out.append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < table.counts().length; i++) {
            out.append("<tr><th scope=\"row\">")
                    .append(Html.escape(table.classes().get(i)))
                    .append("</th>");
            for (int j = 0; j < table.counts().length; j++) {
                out.append(i == j ? "<td class=\"diagonal\">" : confused(table.counts()[i][j], table.most()))
                        .append(table.counts()[i][j])
                        .append("</td>");
            }
            out.append("</tr>\n");
        }
        return Html.paragraph("How often a sample of a class (row) was taken for a class (column), over the counted"
                        + " epochs. The stronger the colour, the more often they are confused;"
                        + " the diagonal counts what is right.")
                + Html.scroll(
                        "Cumulative confusion matrix",
                        out.append("</tbody></table>\n").toString());
    }

    private static String confused(long count, long most) {
        double heat = most == 0 ? 0 : STRONGEST_PERCENT * count / most;
        return String.format(Locale.ROOT, "<td style=\"--heat: %.0f%%\">", heat);
    }
}
