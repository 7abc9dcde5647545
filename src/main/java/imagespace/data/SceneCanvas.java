package imagespace.data;

/**
 * A small picture in linear floats, painted with anti-aliased shapes. Coordinates run from -1 (left, top) to 1; a shape is
 * its signed distance, negative inside. Only + - * / and square roots, so every machine paints the same bytes.
 */
final class SceneCanvas {
    static final int SIDE = 32;
    static final int CHANNELS = 3;
    private static final double PIXEL = 2.0 / SIDE;

    final double[] rgb = new double[SIDE * SIDE * CHANNELS];
    /** Direction of the light, a unit vector in the plane of the picture. */
    private final double lightX;

    private final double lightY;

    SceneCanvas(double lightX, double lightY) {
        this.lightX = lightX;
        this.lightY = lightY;
    }

    /** Distance of (x, y) from the border of a shape, negative inside. */
    @FunctionalInterface
    interface Shape {
        double distance(double x, double y);

        /** What lies in either. */
        default Shape or(Shape other) {
            return (x, y) -> Math.min(distance(x, y), other.distance(x, y));
        }

        /** What lies in this one only. */
        default Shape without(Shape other) {
            return (x, y) -> Math.max(distance(x, y), -other.distance(x, y));
        }

        /** This shape moved to (cx, cy), turned by an angle of the given cosine and sine, scaled, and mirrored or not. */
        default Shape placed(double cx, double cy, double scale, boolean mirrored, double cos, double sin) {
            double across = mirrored ? -scale : scale;
            return (x, y) -> {
                double dx = (x - cx) / across;
                double dy = (y - cy) / scale;
                return distance(cos * dx + sin * dy, cos * dy - sin * dx) * scale;
            };
        }
    }

    static Shape circle(double cx, double cy, double radius) {
        return (x, y) -> length(x - cx, y - cy) - radius;
    }

    static Shape ellipse(double cx, double cy, double rx, double ry) {
        return (x, y) -> (length((x - cx) / rx, (y - cy) / ry) - 1) * Math.min(rx, ry);
    }

    static Shape box(double cx, double cy, double halfWidth, double halfHeight) {
        return (x, y) -> {
            double dx = Math.abs(x - cx) - halfWidth;
            double dy = Math.abs(y - cy) - halfHeight;
            return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
        };
    }

    /** The part of the plane left of the line from a to b (as one looks along it, y pointing down). */
    private static double side(double x, double y, double ax, double ay, double bx, double by) {
        return ((x - ax) * (by - ay) - (y - ay) * (bx - ax)) / length(bx - ax, by - ay);
    }

    /** A triangle; corners in either order. */
    static Shape triangle(double ax, double ay, double bx, double by, double cx, double cy) {
        double turn = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0 ? 1 : -1;
        return (x, y) -> Math.max(
                turn * side(x, y, ax, ay, bx, by),
                Math.max(turn * side(x, y, bx, by, cx, cy), turn * side(x, y, cx, cy, ax, ay)));
    }

    /** A line with round ends. */
    static Shape stroke(double ax, double ay, double bx, double by, double radius) {
        return (x, y) -> {
            double px = x - ax;
            double py = y - ay;
            double dx = bx - ax;
            double dy = by - ay;
            double t = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy)));
            return length(px - dx * t, py - dy * t) - radius;
        };
    }

    private static double length(double x, double y) {
        return Math.sqrt(x * x + y * y);
    }

    /** Paints a shape, lit from the light's side. */
    void paint(Shape shape, double[] colour) {
        paint(shape, colour, 0.35, 1);
    }

    /** Paints a shape flat and partly transparent: shadows, clouds, reflections. */
    void tint(Shape shape, double[] colour, double opacity) {
        paint(shape, colour, 0, opacity);
    }

    private void paint(Shape shape, double[] colour, double shading, double opacity) {
        for (int row = 0; row < SIDE; row++) {
            double y = (row + 0.5) * PIXEL - 1;
            for (int column = 0; column < SIDE; column++) {
                double x = (column + 0.5) * PIXEL - 1;
                double cover = Math.max(0, Math.min(1, 0.5 - shape.distance(x, y) / PIXEL)) * opacity;
                if (cover > 0) {
                    double light = 1 - shading * (lightX * x + lightY * y);
                    int at = (row * SIDE + column) * CHANNELS;
                    for (int c = 0; c < CHANNELS; c++) {
                        rgb[at + c] += cover * (colour[c] * light - rgb[at + c]);
                    }
                }
            }
        }
    }
}
