package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.data.Scenes.Planted;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The embedded data set is the same everywhere, balanced, and misleading to the share that it says. */
class ScenesTest {
    @Test
    void theSameBytesOnEveryMachine() {
        assertEquals(
                "7645a110dd813cf209e76e18f8f23d0e5032a1a2baeaff64913487820dbfca59",
                Scenes.corpus(1, 40, 20).digest());
    }

    @Test
    void anyNumberOfThreadsPaintsTheSame() throws Exception {
        String here = Scenes.corpus(5, 60, 30).digest();
        try (ForkJoinPool alone = new ForkJoinPool(1)) {
            assertEquals(
                    here, alone.submit(() -> Scenes.corpus(5, 60, 30).digest()).get());
        }
    }

    @Test
    void aSceneDoesNotDependOnHowManyThereAre() {
        Corpus small = Scenes.corpus(2, 30, 10);
        Corpus large = Scenes.corpus(2, 50, 20);
        byte[] pixels = small.train().images().pixels();
        assertArrayEquals(pixels, Arrays.copyOf(large.train().images().pixels(), pixels.length));
    }

    @Test
    void classesAreBalancedAndTheShareOfPlantedSamplesHolds() {
        Corpus corpus = Scenes.corpus();
        int[] counts = new int[10];
        for (int label : corpus.train().labels()) {
            counts[label]++;
        }
        assertArrayEquals(Collections.nCopies(10, 400).stream().mapToInt(i -> i).toArray(), counts);
        long blends = IntStream.range(0, 4000)
                .filter(id -> Scenes.plantedInTraining(id)
                        .filter(Planted.BLEND::equals)
                        .isPresent())
                .count();
        long wrong = IntStream.range(0, 4000)
                .filter(id -> Scenes.plantedInTraining(id)
                        .filter(Planted.WRONG_LABEL::equals)
                        .isPresent())
                .count();
        // 120 of each are expected; four standard deviations are 43
        assertTrue(Math.abs(blends - 120) < 43, blends + " blends");
        assertTrue(Math.abs(wrong - 120) < 43, wrong + " wrong labels");
        long inTest = IntStream.range(0, 1000)
                .filter(id -> Scenes.plantedInTest(id).isPresent())
                .count();
        assertTrue(Math.abs(inTest - 60) < 31, inTest + " planted in the test split");
    }
}
