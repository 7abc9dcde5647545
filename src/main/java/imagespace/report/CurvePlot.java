package imagespace.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * Curves with bands as SVG: readable on light and on dark ground, on paper and on a phone, and a part of an HTML page as it
 * is. (A plotting library draws its own fixed colours and fonts into the file.)
 *
 * @param title above the plot
 * @param xLabel under the horizontal axis
 * @param yLabel above the vertical axis
 * @param series at most 6, so that their colours can be told apart
 * @param doublings whether both axes are logarithmic
 */
public record CurvePlot(String title, String xLabel, String yLabel, List<Series> series, boolean doublings) {
    /** With linear axes. */
    public CurvePlot(String title, String xLabel, String yLabel, List<Series> series) {
        this(title, xLabel, yLabel, series, false);
    }

    /**
     * A curve.
     *
     * @param name for the legend
     * @param x horizontal positions, rising
     * @param y one value a position
     * @param low lower edge of a band, or null for none
     * @param high upper edge of the band
     * @param colour index of its colour, 0 to 5; curves that belong together may share one
     * @param dashed whether it is drawn dashed
     */
    public record Series(String name, double[] x, double[] y, double[] low, double[] high, int colour, boolean dashed) {
        public Series {
            if (x.length != y.length || low != null && (low.length != x.length || high.length != x.length)) {
                throw new IllegalArgumentException("series " + name + ": x, y and band differ in length");
            }
        }
    }

    private static final int WIDTH = 640;
    private static final int HEIGHT = 400;
    private static final int LEFT = 62;
    private static final int RIGHT = 22;
    private static final int TOP = 56;
    private static final int BOTTOM = 56;
    private static final int LEGEND_LINE = 24;
    private static final int TICKS = 6;

    /** Colours that people with colour-blindness can tell apart (Okabe and Ito), brighter on dark ground. */
    static final String STYLE = """
            <style>
            .plot { color: #222; --c0: #0072b2; --c1: #d55e00; --c2: #008a63; --c3: #a8488a; --c4: #8a6d00; --c5: #555; }
            @media (prefers-color-scheme: dark) {
            .plot { color: #ddd; --c0: #56b4e9; --c1: #ff8c42; --c2: #2ecc9a; --c3: #e79ac8; --c4: #f0e442; --c5: #aaa; } }
            .plot text { font: 13px sans-serif; fill: currentColor; }
            .plot .title { font-weight: bold; font-size: 15px; }
            @media (max-width: 40em) { .plot text { font-size: 19px; } .plot .title { font-size: 20px; } }
            .plot .grid { stroke: currentColor; stroke-opacity: .15; }
            .plot .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
            .plot .band { fill-opacity: .18; stroke: none; }
            </style>
            """;

    /** The plot as an SVG element that is a whole file, too. */
    public String svg() {
        Axis x = Axis.over(series.stream().flatMapToDouble(s -> Arrays.stream(s.x)), doublings);
        Axis y = Axis.over(series.stream().flatMapToDouble(CurvePlot::values), doublings);
        int height = HEIGHT + LEGEND_LINE * series.size();
        StringBuilder out = new StringBuilder();
        add(
                out,
                "<svg class=\"plot\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH,
                height,
                escape(title));
        out.append(STYLE);
        add(out, "<text class=\"title\" x=\"%d\" y=\"22\">%s</text>%n", LEFT, escape(title));
        add(out, "<text x=\"%d\" y=\"44\">%s</text>%n", LEFT, escape(yLabel));
        grid(out, x, y);
        List<Series> drawn = series.stream()
                .filter(s -> Arrays.stream(s.y).anyMatch(Double::isFinite))
                .toList();
        for (Series s : drawn) {
            if (s.low != null) {
                add(out, "<path class=\"band\" style=\"fill: var(--c%d)\" d=\"%s\"/>%n", s.colour, band(s, x, y));
            }
        }
        for (Series s : drawn) {
            add(
                    out,
                    "<path class=\"curve\" style=\"stroke: var(--c%d)\"%s d=\"%s\"/>%n",
                    s.colour,
                    dash(s),
                    "M" + points(s.x, s.y, x, y));
        }
        legend(out);
        return out.append("</svg>\n").toString();
    }

    private static DoubleStream values(Series s) {
        DoubleStream curve = Arrays.stream(s.y);
        return s.low == null
                ? curve
                : DoubleStream.concat(curve, DoubleStream.concat(Arrays.stream(s.low), Arrays.stream(s.high)));
    }

    /** A range of values, or of their logarithms to base 2, with round numbers as ticks. */
    private record Axis(double from, double to, double step, boolean doublings) {
        static Axis over(DoubleStream all, boolean doublings) {
            double[] values = all.map(value -> doublings ? log2(value) : value)
                    .filter(Double::isFinite)
                    .toArray();
            double least = Arrays.stream(values).min().orElse(0);
            double most = Arrays.stream(values).max().orElse(1);
            double span = most > least ? most - least : 1;
            double magnitude = Math.pow(10, Math.floor(Math.log10(span / TICKS)));
            double step = DoubleStream.of(1, 2, 5, 10)
                    .map(factor -> factor * magnitude)
                    .filter(candidate -> span / candidate <= TICKS)
                    .findFirst()
                    .orElse(10 * magnitude);
            step = doublings ? Math.max(1, step) : step;
            return new Axis(
                    Math.floor(least / step + 1e-9) * step, Math.ceil(most / step - 1e-9) * step, step, doublings);
        }

        private static double log2(double value) {
            return Math.log(value) / Math.log(2);
        }

        double share(double value) {
            return shareOfScale(doublings ? log2(value) : value);
        }

        double shareOfTick(int index) {
            return shareOfScale(from + index * step);
        }

        private double shareOfScale(double value) {
            return to > from ? (value - from) / (to - from) : 0;
        }

        String tick(int index) {
            double value = from + index * step;
            if (doublings) {
                return String.format(Locale.ROOT, "%,.0f", Math.pow(2, value));
            }
            int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
            return String.format(Locale.ROOT, "%." + digits + "f", value == 0 ? 0.0 : value);
        }

        int ticks() {
            return (int) Math.round((to - from) / step) + 1;
        }
    }

    private static double px(double share) {
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double py(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private void grid(StringBuilder out, Axis x, Axis y) {
        for (int i = 0; i < y.ticks(); i++) {
            double at = py(y.shareOfTick(i));
            add(
                    out,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                    LEFT,
                    WIDTH - RIGHT,
                    at,
                    at);
            add(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n", LEFT - 8, at + 4, y.tick(i));
        }
        for (int i = 0; i < x.ticks(); i++) {
            double at = px(x.shareOfTick(i));
            add(
                    out,
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
                    at,
                    at,
                    TOP,
                    HEIGHT - BOTTOM);
            add(
                    out,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    at,
                    HEIGHT - BOTTOM + 21,
                    x.tick(i));
        }
        add(
                out,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 10,
                escape(xLabel));
    }

    private static String points(double[] xs, double[] ys, Axis x, Axis y) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < xs.length; i++) {
            if (Double.isFinite(y.share(ys[i]))) {
                add(path, "%s%.1f %.1f", path.isEmpty() ? "" : " L", px(x.share(xs[i])), py(y.share(ys[i])));
            }
        }
        return path.toString();
    }

    private static String band(Series s, Axis x, Axis y) {
        int n = s.x.length;
        double[] back = new double[n];
        double[] low = new double[n];
        for (int i = 0; i < n; i++) {
            back[i] = s.x[n - 1 - i];
            low[i] = s.low[n - 1 - i];
        }
        return "M" + points(s.x, s.high, x, y) + " L" + points(back, low, x, y) + " Z";
    }

    private void legend(StringBuilder out) {
        for (int i = 0; i < series.size(); i++) {
            Series s = series.get(i);
            int middle = HEIGHT + LEGEND_LINE / 2 + i * LEGEND_LINE;
            add(
                    out,
                    "<path class=\"curve\" style=\"stroke: var(--c%d)\"%s d=\"M%d %d h26\"/>%n",
                    s.colour,
                    dash(s),
                    LEFT,
                    middle);
            add(out, "<text x=\"%d\" y=\"%d\">%s</text>%n", LEFT + 34, middle + 5, escape(s.name));
        }
    }

    private static String dash(Series s) {
        return s.dashed ? " stroke-dasharray=\"6 4\"" : "";
    }

    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
