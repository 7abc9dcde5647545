package imagespace.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table of texts; the first column is aligned left, all others right.
 *
 * @param caption lines above it
 * @param header names of the columns
 * @param rows as long as the header each
 */
public record Grid(List<String> caption, List<String> header, List<List<String>> rows) {
    /** Aligned plain text. */
    public String text() {
        int[] widths = IntStream.range(0, header.size())
                .map(c -> Math.max(
                        header.get(c).length(),
                        rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0)))
                .toArray();
        StringBuilder out = new StringBuilder();
        caption.forEach(line -> out.append(line).append('\n'));
        out.append('\n').append(line(header, widths));
        rows.forEach(row -> out.append(line(row, widths)));
        return out.toString();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder out = new StringBuilder();
        for (int c = 0; c < widths.length; c++) {
            out.append(
                    String.format(Locale.ROOT, c == 0 ? "%-" + widths[c] + "s" : "  %" + widths[c] + "s", row.get(c)));
        }
        return out.toString().stripTrailing() + "\n";
    }

    /** A Markdown page under a heading. */
    public String markdown(String heading) {
        return "# " + heading + "\n\n"
                + caption.stream().map(line -> line + "  \n").collect(Collectors.joining())
                + "\n| " + String.join(" | ", header) + " |\n| --- |" + " ---: |".repeat(header.size() - 1) + "\n"
                + rows.stream()
                        .map(row -> "| " + String.join(" | ", row) + " |\n")
                        .collect(Collectors.joining());
    }

    /** A share as percent with half its 95 % interval, such as "45.3 ±1.2"; "-" if there is none. */
    static String percent(Interval interval) {
        if (interval.n() == 0) {
            return "-";
        }
        String mean = String.format(Locale.ROOT, "%.2f", 100 * interval.mean());
        return interval.n() < 2
                ? mean
                : mean + String.format(Locale.ROOT, " ±%.2f", 50 * (interval.high() - interval.low()));
    }

    /** A number with half its 95 % interval. */
    static String number(Interval interval, int digits) {
        if (interval.n() == 0) {
            return "-";
        }
        String format = "%." + digits + "f";
        String mean = String.format(Locale.ROOT, format, interval.mean());
        return interval.n() < 2
                ? mean
                : mean + " ±" + String.format(Locale.ROOT, format, (interval.high() - interval.low()) / 2);
    }
}
