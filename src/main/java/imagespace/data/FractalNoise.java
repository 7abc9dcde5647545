package imagespace.data;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;

/**
 * Value noise in four octaves of equal amplitude, each of twice the frequency of the one before: an octave of the plane
 * holds four times as many waves, so the amplitude of each falls about as one over its frequency, as in natural images.
 * Some independent planes of SIDE x SIDE values in [-2, 2].
 */
final class FractalNoise {
    private static final int SIDE = SceneCanvas.SIDE;
    private static final int OCTAVES = 4;
    private static final double AMPLITUDE = 0.5;
    /** Pixels between the lattice points of the first octave. */
    private static final int COARSEST = SIDE / 2;
    /** Lattice points a side of the last octave, and so room for any. */
    private static final int POINTS = SIDE / (COARSEST >> OCTAVES - 1) + 1;

    private final double[] lattice;

    FractalNoise(long seed, int planes) {
        lattice = new double[planes * OCTAVES * POINTS * POINTS];
        for (int i = 0; i < lattice.length; i++) {
            lattice[i] = 2 * Philox.uniform(seed, RandomStream.SCENES, i) - 1;
        }
    }

    double at(int plane, int row, int column) {
        double sum = 0;
        for (int octave = 0; octave < OCTAVES; octave++) {
            double cell = COARSEST >> octave;
            int y = (int) (row / cell);
            int x = (int) (column / cell);
            double v = smooth(row / cell - y);
            double u = smooth(column / cell - x);
            int at = ((plane * OCTAVES + octave) * POINTS + y) * POINTS + x;
            double top = lattice[at] * (1 - u) + lattice[at + 1] * u;
            double low = lattice[at + POINTS] * (1 - u) + lattice[at + POINTS + 1] * u;
            sum += AMPLITUDE * (top * (1 - v) + low * v);
        }
        return sum;
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }
}
