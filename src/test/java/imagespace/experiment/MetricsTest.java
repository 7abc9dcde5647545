package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import imagespace.train.Predictions;
import org.junit.jupiter.api.Test;

class MetricsTest {
    /** Three classes; 3 is noise. Right: samples 0 and 1. */
    private static final Predictions FIVE = new Predictions(
            new int[] {0, 1, 2, 3, 4},
            new int[] {0, 1, 2, 0, 1},
            new int[] {0, 1, 0, 3, 2},
            new float[] {.5f, 1, .75f, .5f, .25f},
            new float[] {.5f, 1, .125f, .25f, 0});

    @Test
    void agreesWithHandComputedFigures() {
        Metrics metrics = Metrics.of(FIVE, 3);

        assertEquals(.4, metrics.accuracy());
        assertEquals((.5 + 1) / 2, metrics.confidence());
        assertEquals((.75 + .5 + .25) / 3, metrics.illusiveness());
        assertEquals((.125 + .25 + 0) / 3, metrics.truth());
        assertEquals(1, metrics.noise());
        assertEquals(metrics, Metrics.fromMap(metrics.toMap()));
    }

    @Test
    void aMeanOverNothingIsNotANumberAndNullInALedger() {
        int[] zero = {0};
        float[] half = {.5f};
        Metrics right = Metrics.of(new Predictions(zero, zero, zero, half, half), 3);
        Metrics wrong = Metrics.of(new Predictions(zero, zero, new int[] {1}, half, half), 3);

        assertEquals(new Metrics(1, .5, Double.NaN, Double.NaN, 0), right);
        assertEquals(new Metrics(0, Double.NaN, .5, .5, 0), wrong);
        assertNull(right.toMap().get("Pg"));
        assertEquals(right, Metrics.fromMap(right.toMap()));
    }
}
