package imagespace;

import java.util.List;
import java.util.Locale;

/**
 * The roofline of a machine (Williams, Waterman and Patterson, 2009) as SVG, both axes logarithmic: what a kernel reaches
 * over its arithmetic a byte of memory, below what memory and multiply-adds allow. The dashed roof is that of Winograd's
 * F(6x4, 3x3), which needs two ninths of the multiplications: 4.5 times the peak, if its transforms cost nothing.
 *
 * @param peak GFLOP/s
 * @param bandwidth GB/s
 * @param libraries names of the marks
 * @param points what was measured
 */
record Roofline(double peak, double bandwidth, List<String> libraries, List<Point> points) {
    /**
     * @param name shown when pointed at
     * @param intensity floating-point operations of the direct method a byte that must be moved
     * @param rate GFLOP/s
     * @param library index of its mark
     */
    record Point(String name, double intensity, double rate, int library) {}

    private static final int WIDTH = 720;
    private static final int HEIGHT = 480;
    private static final int LEFT = 64;
    private static final int RIGHT = 24;
    private static final int TOP = 40;
    private static final int BOTTOM = 90;
    private static final double X_FROM = 1;
    private static final double X_TO = 1000;
    private static final double Y_FROM = 10;
    private static final double Y_TO = 4000;
    private static final double WINOGRAD = 4.5;

    private static final String STYLE = """
            <style>
            .roofline { color: #222; --c0: #0072b2; --c1: #d55e00; --c2: #008a63; }
            @media (prefers-color-scheme: dark) { .roofline { color: #ddd; --c0: #56b4e9; --c1: #ff8c42; --c2: #2ecc9a; } }
            .roofline text { font: 13px sans-serif; fill: currentColor; }
            .roofline .title { font-weight: bold; font-size: 15px; }
            .roofline .grid { stroke: currentColor; stroke-opacity: .15; }
            .roofline .roof { stroke: currentColor; stroke-width: 2; fill: none; }
            .roofline .dashed { stroke-dasharray: 6 4; }
            </style>
            """;

    String svg() {
        StringBuilder out = new StringBuilder();
        add(
                out,
                "<svg class=\"roofline\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                        + " aria-label=\"Roofline of the convolutions\">%n",
                WIDTH,
                HEIGHT);
        out.append(STYLE);
        add(out, "<text class=\"title\" x=\"%d\" y=\"22\">Convolutions of both networks below the roofs</text>%n", LEFT);
        grid(out);
        double ridge = peak / bandwidth;
        roof(out, "roof", X_FROM, X_FROM * bandwidth, ridge, peak);
        roof(out, "roof", ridge, peak, X_TO, peak);
        roof(out, "roof dashed", ridge, peak, ridge * WINOGRAD, peak * WINOGRAD);
        roof(out, "roof dashed", ridge * WINOGRAD, peak * WINOGRAD, X_TO, peak * WINOGRAD);
        label(out, X_FROM * 1.2, peak * 1.4, String.format(Locale.ROOT, "peak: %.0f GFLOP/s", peak));
        label(out, X_FROM * 1.2, peak * WINOGRAD * 1.12, "4.5 times that: Winograd F(6x4, 3x3), transforms free");
        label(out, X_FROM * 1.5, X_FROM * bandwidth * 0.95, String.format(Locale.ROOT, "memory: %.0f GB/s", bandwidth));
        points.forEach(point -> mark(out, x(point.intensity), y(point.rate), point.library, point.name, point.rate));
        for (int i = 0; i < libraries.size(); i++) {
            int at = LEFT + 130 * i;
            mark(out, at + 6, HEIGHT - 18, i, libraries.get(i), Double.NaN);
            add(out, "<text x=\"%d\" y=\"%d\">%s</text>%n", at + 18, HEIGHT - 13, libraries.get(i));
        }
        return out.append("</svg>\n").toString();
    }

    private static double x(double intensity) {
        return LEFT + (WIDTH - LEFT - RIGHT) * Math.log(intensity / X_FROM) / Math.log(X_TO / X_FROM);
    }

    private static double y(double rate) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.log(rate / Y_FROM) / Math.log(Y_TO / Y_FROM);
    }

    private static void grid(StringBuilder out) {
        for (double v = X_FROM; v <= X_TO; v *= 10) {
            add(out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n", x(v), x(v), TOP, HEIGHT - BOTTOM);
            add(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.0f</text>%n", x(v), HEIGHT - BOTTOM + 18, v);
        }
        for (double v = Y_FROM; v <= Y_TO; v *= 10) {
            add(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n", LEFT, WIDTH - RIGHT, y(v), y(v));
            add(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>%n", LEFT - 8, y(v) + 4, v);
        }
        add(
                out,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">floating-point operations a byte (direct method)</text>%n",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - BOTTOM + 40);
        add(
                out,
                "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">GFLOP/s (direct method)</text>%n",
                (TOP + HEIGHT - BOTTOM) / 2);
    }

    private static void roof(StringBuilder out, String style, double x1, double y1, double x2, double y2) {
        add(
                out,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                style,
                x(x1),
                y(Math.max(y1, Y_FROM)),
                x(x2),
                y(y2));
    }

    private static void label(StringBuilder out, double intensity, double rate, String text) {
        add(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x(intensity), y(rate), text);
    }

    private static void mark(StringBuilder out, double x, double y, int library, String name, double rate) {
        String shape =
                switch (library) {
                    case 0 -> String.format(Locale.ROOT, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\"", x, y);
                    case 1 -> String.format(
                            Locale.ROOT, "<rect x=\"%.1f\" y=\"%.1f\" width=\"9\" height=\"9\"", x - 4.5, y - 4.5);
                    default -> String.format(
                            Locale.ROOT, "<path d=\"M%.1f %.1fl5.5 10h-11z\"", x, y - 6);
                };
        String title = Double.isNaN(rate) ? name : String.format(Locale.ROOT, "%s: %.0f GFLOP/s", name, rate);
        add(out, "%s fill=\"var(--c%d)\" fill-opacity=\".75\"><title>%s</title></%s>%n", shape, library, title,
                shape.substring(1, shape.indexOf(' ')));
    }

    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values));
    }
}
