package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.data.Scenes.Planted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The embedded data set is the same everywhere, balanced, and misleading to the share that it says. */
class ScenesTest {
    @Test
    void aFolderOfTheSameNameIsNotTaken() {
        Corpus scenes = Scenes.corpus(1, 20, 10);
        assertTrue(Scenes.embedded(scenes));
        assertFalse(Scenes.embedded(new Corpus(
                scenes.name(), scenes.train(), scenes.test(), List.of("train/boat/scene-0.png"), scenes.digest())));
    }

    @Test
    void theSameBytesOnEveryMachine() {
        assertEquals(
                "8cfe56dcd95d319372f62ca39a9aa0d34e203149e631d1eac9563740260a4227",
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

    /** Paints every class honestly under the sample's own random numbers and looks which of them the sample is. */
    @Test
    void plantedSamplesShowWhatTheyAreSaidToShow() {
        Corpus corpus = Scenes.corpus(1, 200, 200);
        int[] seen = new int[3];
        for (Dataset split : List.of(corpus.train(), corpus.test())) {
            boolean train = split == corpus.train();
            for (int id = 0; id < split.size(); id++) {
                Optional<Planted> kind = train ? Scenes.plantedInTraining(id) : Scenes.plantedInTest(id);
                List<Integer> shown = classesShown(split, id, train ? id : (1L << 32) + id);
                int label = split.labels()[id];
                if (kind.isEmpty()) {
                    assertEquals(List.of(label), shown, "honest sample " + id);
                    seen[0]++;
                } else if (kind.get() == Planted.WRONG_LABEL) {
                    assertEquals(1, shown.size(), "wrong label " + id);
                    assertNotEquals(label, shown.getFirst(), "wrong label " + id);
                    seen[1]++;
                } else {
                    assertEquals(List.of(), shown, "blend " + id);
                    seen[2]++;
                }
            }
        }
        assertTrue(Arrays.stream(seen).allMatch(n -> n > 4), "honest, wrong, blends: " + Arrays.toString(seen));
    }

    private static List<Integer> classesShown(Dataset split, int id, long scene) {
        int size = split.images().imageSize();
        byte[] sample = Arrays.copyOfRange(split.images().pixels(), id * size, (id + 1) * size);
        byte[] painted = new byte[size];
        List<Integer> shown = new ArrayList<>();
        for (int label = 0; label < split.classes(); label++) {
            Scenes.paint(1, scene, label, Optional.empty(), painted, 0);
            if (Arrays.equals(sample, painted)) {
                shown.add(label);
            }
        }
        return shown;
    }
}
