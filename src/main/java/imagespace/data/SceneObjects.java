package imagespace.data;

import static imagespace.data.SceneCanvas.box;
import static imagespace.data.SceneCanvas.circle;
import static imagespace.data.SceneCanvas.ellipse;
import static imagespace.data.SceneCanvas.stroke;
import static imagespace.data.SceneCanvas.triangle;

import imagespace.data.SceneCanvas.Shape;
import java.util.List;

/** The ten things that scenes show, each in a unit square, with colours and proportions at random. */
final class SceneObjects {
    static final List<String> NAMES =
            List.of("sunset", "tree", "house", "boat", "fish", "flower", "mountain", "car", "bird", "mushroom");

    private static final double[] DARK = {0.13, 0.11, 0.12};
    private static final double[] WHITE = {0.93, 0.92, 0.88};
    private static final double[] GLASS = {0.45, 0.60, 0.72};

    private SceneObjects() {}

    /** Where and how large an object is painted. */
    record Pose(double x, double y, double scale, boolean mirrored, double cos, double sin) {
        Shape of(Shape shape) {
            return shape.placed(x, y, scale, mirrored, cos, sin);
        }
    }

    /** Paints object number {@code which} of {@link #NAMES}. */
    static void paint(SceneCanvas canvas, SceneRandom random, int which, Pose pose) {
        switch (which) {
            case 0 -> sunset(canvas, random, pose);
            case 1 -> tree(canvas, random, pose);
            case 2 -> house(canvas, random, pose);
            case 3 -> boat(canvas, random, pose);
            case 4 -> fish(canvas, random, pose);
            case 5 -> flower(canvas, random, pose);
            case 6 -> mountain(canvas, random, pose);
            case 7 -> car(canvas, random, pose);
            case 8 -> bird(canvas, random, pose);
            default -> mushroom(canvas, random, pose);
        }
    }

    /** A colour near the given one. */
    static double[] near(SceneRandom random, double red, double green, double blue) {
        double bright = random.between(0.75, 1.2);
        return new double[] {
            red * bright + random.between(-0.12, 0.12),
            green * bright + random.between(-0.12, 0.12),
            blue * bright + random.between(-0.12, 0.12)
        };
    }

    private static double[] any(SceneRandom random) {
        return new double[] {random.between(0.1, 0.95), random.between(0.1, 0.95), random.between(0.1, 0.95)};
    }

    private static void sunset(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double[] glow = near(random, 0.95, 0.62, 0.25);
        canvas.tint(pose.of(circle(0, 0, 0.95)), glow, 0.35);
        canvas.paint(pose.of(circle(0, 0, 0.55)), near(random, 1, 0.85, 0.45));
        canvas.tint(pose.of(box(0, 0.65, 3, 0.45)), near(random, 0.2, 0.25, 0.4), 0.85);
        for (int i = 0; i < 3; i++) {
            canvas.tint(pose.of(box(random.between(-0.15, 0.15), 0.35 + 0.25 * i, 0.4 - 0.08 * i, 0.05)), glow, 0.8);
        }
    }

    private static void tree(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double[] leaves = near(random, 0.22, 0.48, 0.18);
        canvas.paint(pose.of(box(0, 0.6, random.between(0.08, 0.15), 0.4)), near(random, 0.38, 0.26, 0.15));
        if (random.chance(0.4)) { // a fir
            canvas.paint(pose.of(triangle(-0.6, 0.45, 0.6, 0.45, 0, -0.3)), leaves);
            canvas.paint(pose.of(triangle(-0.45, 0, 0.45, 0, 0, -0.95)), leaves);
        } else {
            Shape crown = circle(0, -0.35, 0.45);
            for (int i = 0; i < 4; i++) {
                crown = crown.or(
                        circle(random.between(-0.4, 0.4), random.between(-0.7, 0.1), random.between(0.25, 0.4)));
            }
            canvas.paint(pose.of(crown), leaves);
        }
    }

    private static void house(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double width = random.between(0.5, 0.75);
        canvas.paint(pose.of(box(0, 0.4, width, 0.45)), near(random, 0.8, 0.72, 0.6));
        canvas.paint(
                pose.of(triangle(-width - 0.15, 0, width + 0.15, 0, random.between(-0.2, 0.2), -0.75)),
                near(random, 0.6, 0.25, 0.2));
        canvas.paint(pose.of(box(random.between(-0.15, 0.15), 0.6, 0.11, 0.25)), DARK);
        canvas.paint(pose.of(box(-0.6 * width, 0.3, 0.12, 0.12).or(box(0.6 * width, 0.3, 0.12, 0.12))), GLASS);
    }

    private static void boat(SceneCanvas canvas, SceneRandom random, Pose pose) {
        Shape hull = ellipse(0, 0.35, 0.85, 0.5).without(box(0, -0.15, 2, 0.55));
        canvas.paint(pose.of(hull), any(random));
        canvas.paint(pose.of(box(0, -0.2, 0.04, 0.7)), near(random, 0.35, 0.25, 0.15));
        double[] sail = random.chance(0.6) ? WHITE : any(random);
        canvas.paint(pose.of(triangle(0.08, -0.9, 0.08, 0.25, 0.65, 0.25)), sail);
        if (random.chance(0.6)) {
            canvas.paint(pose.of(triangle(-0.08, -0.7, -0.08, 0.25, -0.5, 0.25)), sail);
        }
        canvas.tint(pose.of(box(0, 0.95, 3, 0.14)), near(random, 0.15, 0.3, 0.45), 0.8);
    }

    private static void fish(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double[] skin = any(random);
        canvas.paint(pose.of(triangle(0.5, 0, 1, -0.45, 1, 0.45)), skin);
        canvas.paint(pose.of(triangle(-0.1, -0.2, 0.35, -0.2, 0.3, -0.65)), skin);
        canvas.paint(pose.of(ellipse(-0.1, 0, 0.75, random.between(0.32, 0.48))), skin);
        canvas.tint(pose.of(box(random.between(-0.2, 0.2), 0, 0.07, 0.3)), WHITE, random.between(0.2, 0.9));
        canvas.paint(pose.of(circle(-0.55, -0.1, 0.09)), DARK);
    }

    private static void flower(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double[] stem = near(random, 0.25, 0.5, 0.2);
        canvas.paint(pose.of(stroke(0, 0, random.between(-0.2, 0.2), 1, 0.06)), stem);
        canvas.paint(pose.of(ellipse(0.22, 0.65, 0.22, 0.09)), stem);
        double[] petals = near(random, 0.85, 0.35, 0.55);
        int count = 5 + random.below(3);
        double phase = random.between(0, 6.28);
        for (int i = 0; i < count; i++) {
            double angle = phase + 2 * StrictMath.PI * i / count;
            canvas.paint(
                    pose.of(circle(0.4 * StrictMath.cos(angle), -0.25 + 0.4 * StrictMath.sin(angle), 0.26)), petals);
        }
        canvas.paint(pose.of(circle(0, -0.25, 0.2)), near(random, 0.9, 0.75, 0.2));
    }

    private static void mountain(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double peak = random.between(-0.35, 0.35);
        canvas.paint(
                pose.of(triangle(-1.1, 0.8, 0.3, 0.8, -0.5, random.between(-0.3, 0.1))),
                near(random, 0.35, 0.36, 0.42));
        canvas.paint(pose.of(triangle(-0.9, 0.85, 1.1, 0.85, peak, -0.85)), near(random, 0.42, 0.4, 0.42));
        canvas.paint(pose.of(triangle(peak - 0.24, -0.4, peak + 0.28, -0.4, peak, -0.85)), WHITE);
    }

    private static void car(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double[] paint = any(random);
        canvas.paint(pose.of(box(random.between(-0.1, 0.1), -0.12, random.between(0.42, 0.55), 0.3)), paint);
        canvas.paint(pose.of(box(0, 0.22, 0.95, 0.24)), paint);
        canvas.paint(pose.of(box(-0.2, -0.14, 0.17, 0.17).or(box(0.24, -0.14, 0.17, 0.17))), GLASS);
        canvas.paint(pose.of(circle(-0.52, 0.5, 0.24).or(circle(0.52, 0.5, 0.24))), DARK);
        canvas.paint(pose.of(circle(-0.52, 0.5, 0.1).or(circle(0.52, 0.5, 0.1))), WHITE);
    }

    private static void bird(SceneCanvas canvas, SceneRandom random, Pose pose) {
        double[] feathers = random.chance(0.5) ? near(random, 0.3, 0.3, 0.34) : any(random);
        double lift = random.between(-0.7, 0.2);
        canvas.paint(pose.of(triangle(0.45, 0.1, 1, -0.1, 0.95, 0.25)), feathers);
        canvas.paint(pose.of(ellipse(0, 0.1, 0.6, 0.28)), feathers);
        canvas.paint(pose.of(circle(-0.55, -0.1, 0.22)), feathers);
        canvas.paint(pose.of(triangle(-0.25, 0.05, 0.4, 0.1, 0.3, lift - 0.1)), near(random, 0.5, 0.5, 0.5));
        canvas.paint(pose.of(triangle(-0.72, -0.18, -0.72, 0, -1, -0.05)), near(random, 0.9, 0.6, 0.15));
        canvas.paint(pose.of(circle(-0.6, -0.14, 0.06)), random.chance(0.5) ? WHITE : DARK);
    }

    private static void mushroom(SceneCanvas canvas, SceneRandom random, Pose pose) {
        canvas.paint(pose.of(ellipse(0, 0.45, random.between(0.18, 0.3), 0.5)), near(random, 0.85, 0.8, 0.7));
        Shape cap = ellipse(0, 0.05, 0.8, random.between(0.6, 0.85)).without(box(0, 0.7, 2, 0.6));
        canvas.paint(pose.of(cap), near(random, 0.7, 0.25, 0.18));
        if (random.chance(0.7)) {
            for (int i = 0; i < 4; i++) {
                canvas.paint(pose.of(circle(-0.45 + 0.3 * i, random.between(-0.4, -0.1), 0.09)), WHITE);
            }
        }
    }
}
