package imagespace.data;

import static imagespace.data.SceneCanvas.CHANNELS;
import static imagespace.data.SceneCanvas.SIDE;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import imagespace.data.SceneObjects.Pose;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The embedded data set: small colour scenes of ten things, painted by rule from a seed, in any number. Each has a
 * background of 1/f noise, a light, clutter, often something in front, and sensor noise.
 *
 * <p>A known share is planted to mislead, so that what finds misleading samples can be judged: half of them are blends
 * of two things under the name of one, half carry a wrong label.
 */
public final class Scenes {
    /** Share of planted samples in either split. */
    public static final double PLANTED = 0.06;

    /** Samples of the corpus that is opened by the name "scenes". */
    private static final int TRAIN = 4000;

    private static final int TEST = 1000;
    private static final long SEED = 1;
    private static final String NAME = "scenes";
    /** What stands for a file name, before the number: no path of an image file is like it. */
    private static final String FILE = "scene-";

    private static final int CLASSES = SceneObjects.NAMES.size();
    private static final int IMAGE = SIDE * SIDE * CHANNELS;
    /** First scene number of the test split: far from any training scene. */
    private static final long TEST_SCENES = 1L << 32;

    private Scenes() {}

    /** How a planted sample misleads. */
    public enum Planted {
        /** Two things at once. */
        BLEND,
        /** Something else than the label says. */
        WRONG_LABEL
    }

    /** The corpus named "scenes": 4,000 and 1,000 samples. */
    public static Corpus corpus() {
        return corpus(SEED, TRAIN, TEST);
    }

    /** A corpus of the given sizes; a larger one starts with the samples of a smaller one. */
    public static Corpus corpus(long seed, int train, int test) {
        Dataset trainSet = split(seed, 0, train);
        Dataset testSet = split(seed, TEST_SCENES, test);
        return new Corpus(
                NAME,
                trainSet,
                testSet,
                IntStream.range(0, train).mapToObj(i -> FILE + i).toList(),
                CorpusDigest.of(trainSet, testSet));
    }

    /** Whether a data set is this one; a user's folder may be called scenes, too. */
    public static boolean embedded(Corpus corpus) {
        return corpus.name().equals(NAME) && corpus.trainFiles().contains(FILE + 0);
    }

    /** How training sample {@code id} of {@link #corpus()} misleads, if it does. */
    public static Optional<Planted> plantedInTraining(int id) {
        return planted(SEED, id);
    }

    /** How test sample {@code id} of {@link #corpus()} misleads, if it does. */
    public static Optional<Planted> plantedInTest(int id) {
        return planted(SEED, TEST_SCENES + id);
    }

    private static Optional<Planted> planted(long seed, long scene) {
        double draw = new SceneRandom(seed, scene).between(0, 1);
        if (draw >= PLANTED) {
            return Optional.empty();
        }
        return Optional.of(draw < PLANTED / 2 ? Planted.BLEND : Planted.WRONG_LABEL);
    }

    private static Dataset split(long seed, long first, int count) {
        byte[] pixels = new byte[Math.multiplyExact(count, IMAGE)];
        int[] labels = new int[count];
        IntStream.range(0, count).parallel().forEach(i -> {
            labels[i] = i % CLASSES;
            paint(seed, first + i, labels[i], planted(seed, first + i), pixels, i * IMAGE);
        });
        return Dataset.of(new Images(pixels, SIDE, SIDE, CHANNELS), labels, SceneObjects.NAMES);
    }

    /**
     * Paints a scene. Its random choices do not depend on {@code kind}: a wrong label shows what an honest scene of the
     * other class would, byte for byte.
     */
    static void paint(long seed, long scene, int label, Optional<Planted> kind, byte[] to, int at) {
        SceneRandom random = new SceneRandom(seed, scene);
        random.between(0, 1); // the draw of planted()
        int other = (label + 1 + random.below(CLASSES - 1)) % CLASSES;
        double angle = random.between(0, 2 * StrictMath.PI);
        SceneCanvas canvas = new SceneCanvas(StrictMath.cos(angle), StrictMath.sin(angle));
        background(canvas, random, seed, scene);
        clutter(canvas, random);
        int shown = kind.filter(Planted.WRONG_LABEL::equals).isPresent() ? other : label;
        object(canvas, random, shown, random.between(0.45, 0.8));
        if (kind.filter(Planted.BLEND::equals).isPresent()) {
            double[] before = canvas.rgb.clone();
            object(canvas, random, other, random.between(0.6, 0.85));
            Arrays.setAll(canvas.rgb, i -> 0.5 * (before[i] + canvas.rgb[i]));
        }
        if (random.chance(0.4)) {
            occluder(canvas, random);
        }
        develop(canvas, random, to, at);
    }

    /** Two colours from top to bottom, with a soft horizon, under noise whose amplitude falls as one over frequency. */
    private static void background(SceneCanvas canvas, SceneRandom random, long seed, long scene) {
        double[][] palette = {
            {0.55, 0.70, 0.88}, {0.20, 0.38, 0.55}, {0.45, 0.58, 0.30}, {0.80, 0.72, 0.52},
            {0.86, 0.58, 0.40}, {0.36, 0.33, 0.38}, {0.62, 0.62, 0.62}, {0.30, 0.42, 0.26},
        };
        double[] above = palette[random.below(palette.length)];
        double[] below = palette[random.below(palette.length)];
        double horizon = random.between(-0.3, 0.7);
        double softness = random.between(0.1, 0.8);
        double rough = random.between(0.06, 0.2);
        FractalNoise noise = new FractalNoise(Philox.derive(seed, RandomStream.SCENES, scene), 1 + CHANNELS);
        for (int row = 0; row < SIDE; row++) {
            double y = (row + 0.5) * 2 / SIDE - 1;
            double mix = Math.max(0, Math.min(1, 0.5 + (y - horizon) / softness));
            for (int column = 0; column < SIDE; column++) {
                double grey = 0.7 * noise.at(0, row, column);
                for (int c = 0; c < CHANNELS; c++) {
                    canvas.rgb[(row * SIDE + column) * CHANNELS + c] = above[c]
                            + mix * (below[c] - above[c])
                            + rough * (grey + 0.3 * noise.at(1 + c, row, column));
                }
            }
        }
    }

    /** A few small patches of any colour. */
    private static void clutter(SceneCanvas canvas, SceneRandom random) {
        for (int i = random.below(5); i > 0; i--) {
            double x = random.between(-1, 1);
            double y = random.between(-1, 1);
            double size = random.between(0.06, 0.25);
            canvas.tint(
                    random.chance(0.5)
                            ? SceneCanvas.ellipse(x, y, size, size * random.between(0.4, 1))
                            : SceneCanvas.box(x, y, size, size * random.between(0.3, 1)),
                    SceneObjects.near(random, 0.45, 0.45, 0.42),
                    random.between(0.4, 0.9));
        }
    }

    private static void object(SceneCanvas canvas, SceneRandom random, int which, double scale) {
        double turn = random.between(-0.3, 0.3);
        boolean mirrored = random.chance(0.5);
        Pose pose = new Pose(
                random.between(-0.35, 0.35),
                random.between(-0.3, 0.3),
                scale,
                mirrored,
                StrictMath.cos(turn),
                StrictMath.sin(turn));
        canvas.tint(
                SceneCanvas.ellipse(pose.x() + 0.1, pose.y() + 0.85 * scale, 0.8 * scale, 0.16 * scale),
                new double[] {0.05, 0.05, 0.07},
                0.35);
        SceneObjects.paint(canvas, random, which, pose);
    }

    /** Something in front: a bar (a post, a branch) or a blob (a bush, a stone). */
    private static void occluder(SceneCanvas canvas, SceneRandom random) {
        double[] colour = SceneObjects.near(random, 0.3, 0.32, 0.24);
        double x = random.between(-0.9, 0.9);
        double y = random.between(-0.9, 0.9);
        if (random.chance(0.5)) {
            canvas.paint(
                    SceneCanvas.stroke(x, -1.2, random.between(-0.9, 0.9), 1.2, random.between(0.05, 0.14)), colour);
        } else {
            canvas.paint(SceneCanvas.ellipse(x, y, random.between(0.2, 0.5), random.between(0.15, 0.4)), colour);
        }
    }

    /** Exposure, colour of the light, sensor noise, bytes. */
    private static void develop(SceneCanvas canvas, SceneRandom random, byte[] to, int at) {
        double exposure = random.between(0.6, 1.2);
        double grain = random.between(0.02, 0.08);
        double[] gain = new double[CHANNELS];
        Arrays.setAll(gain, c -> exposure * random.between(0.85, 1.15));
        for (int i = 0; i < IMAGE; i++) {
            double noise = random.between(-1, 1) + random.between(-1, 1);
            double value = canvas.rgb[i] * gain[i % CHANNELS] + grain * noise;
            to[at + i] = (byte) Math.round(255 * Math.max(0, Math.min(1, value)));
        }
    }
}
