package imagespace.report;

import java.util.List;
import java.util.Locale;

/**
 * A data map (Swayamdipta et al., 2020) as SVG: mean confidence in the true class against its variability over the counted
 * epochs. Samples are gathered in small squares, so that a large data set stays a small picture: the more samples, the more
 * opaque; the colour says how often they were right.
 */
public final class DataMap {
    /** A sample: both means lie in [0, 1], the variability in [0, 0.5]. */
    public record Point(double confidence, double variability, double right) {}

    private static final int COLUMNS = 50;
    private static final int ROWS = 50;
    private static final int CELL = 8;
    private static final int LEFT = 62;
    private static final int TOP = 56;
    private static final double MOST_VARIABLE = 0.5;

    private DataMap() {}

    /** Draws the samples. */
    public static String svg(List<Point> points) {
        int[][] counts = new int[ROWS][COLUMNS];
        double[][] right = new double[ROWS][COLUMNS];
        int most = 1;
        for (Point point : points) {
            int row = index(point.confidence, ROWS);
            int column = index(point.variability / MOST_VARIABLE, COLUMNS);
            right[row][column] += point.right;
            most = Math.max(most, ++counts[row][column]);
        }
        StringBuilder out = new StringBuilder();
        int width = LEFT + COLUMNS * CELL + 180;
        int bottom = TOP + ROWS * CELL;
        add(
                out,
                "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                        + " aria-label=\"Data map of %,d training samples\">%n%s",
                width,
                bottom + 56,
                points.size(),
                CurvePlot.STYLE);
        add(
                out,
                "<text class=\"title\" x=\"%d\" y=\"22\">Data map of %,d training samples</text>%n",
                LEFT,
                points.size());
        add(out, "<text x=\"%d\" y=\"44\">mean confidence in the true class</text>%n", LEFT);
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                if (counts[row][column] > 0) {
                    double opacity = .45 + .55 * Math.log1p(counts[row][column]) / Math.log1p(most);
                    add(
                            out,
                            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" fill-opacity=\"%.2f\"/>%n",
                            LEFT + column * CELL,
                            bottom - (row + 1) * CELL,
                            CELL,
                            CELL,
                            colour(right[row][column] / counts[row][column]),
                            opacity);
                }
            }
        }
        axes(out, bottom);
        legend(out);
        return out.append("</svg>\n").toString();
    }

    private static int index(double share, int cells) {
        return Math.clamp((int) (share * cells), 0, cells - 1);
    }

    /** From orange (never right) by grey to blue (always right). */
    private static String colour(double right) {
        int[] never = {0xE0, 0x60, 0x10};
        int[] half = {0x99, 0x99, 0x99};
        int[] always = {0x10, 0x7C, 0xC0};
        int[] from = right < .5 ? never : half;
        int[] to = right < .5 ? half : always;
        double t = right < .5 ? 2 * right : 2 * right - 1;
        return String.format(
                Locale.ROOT,
                "#%02x%02x%02x",
                Math.round(from[0] + t * (to[0] - from[0])),
                Math.round(from[1] + t * (to[1] - from[1])),
                Math.round(from[2] + t * (to[2] - from[2])));
    }

    private static void axes(StringBuilder out, int bottom) {
        int right = LEFT + COLUMNS * CELL;
        for (int i = 0; i <= 5; i++) {
            int y = bottom - i * ROWS * CELL / 5;
            int x = LEFT + i * COLUMNS * CELL / 5;
            add(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>%n", LEFT, right, y, y);
            add(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.1f</text>%n", LEFT - 8, y + 4, i / 5.0);
            add(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>%n", x, x, TOP, bottom);
            add(
                    out,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.1f</text>%n",
                    x,
                    bottom + 21,
                    MOST_VARIABLE * i / 5);
        }
        add(
                out,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">variability (standard deviation over epochs)</text>%n",
                (LEFT + right) / 2,
                bottom + 46);
    }

    private static void legend(StringBuilder out) {
        int x = LEFT + COLUMNS * CELL + 20;
        List<String> names = List.of("always right", "right in half", "never right");
        for (int i = 0; i < names.size(); i++) {
            add(
                    out,
                    "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\"/>%n<text x=\"%d\" y=\"%d\">%s</text>%n",
                    x,
                    TOP + 24 * i,
                    colour(1 - i / 2.0),
                    x + 22,
                    TOP + 24 * i + 12,
                    names.get(i));
        }
    }

    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }
}
