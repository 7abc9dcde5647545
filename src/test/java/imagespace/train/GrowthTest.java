package imagespace.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Backend;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Corpus;
import imagespace.data.Scenes;
import imagespace.nn.Architecture;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Memory does not grow with the number of epochs, statistics aside. */
class GrowthTest {
    private static final int EPOCHS = 200;
    private static final int SETTLED = 50;
    /** What classes, compiled code and the runtime's own objects may add between two collections. */
    private static final long LITTLE = 1 << 20;

    @Test
    void memoryDoesNotGrowOver200Epochs() throws DivergedException {
        Corpus corpus = Scenes.corpus(1, 20, 10);
        try (Backend backend = new CpuBackend(2)) {
            Training training = new Training(
                    backend,
                    Architecture.named("allconv/2", 32, 32, 3, 10),
                    corpus.train(),
                    TrainingConfig.plain(EPOCHS, 10, 1));
            long settled = 0;
            long sinceSettled = 0;
            while (!training.done()) {
                int epoch = training.epoch(Progress.SILENT).epoch();
                training.predict(corpus.test(), Progress.SILENT);
                if (epoch == SETTLED) {
                    settled = used();
                }
                if (epoch == EPOCHS) {
                    sinceSettled = used() - settled;
                }
            }
            assertTrue(
                    sinceSettled < LITTLE,
                    "from epoch " + SETTLED + " to " + EPOCHS + " memory in use grew by " + sinceSettled + " bytes");
        }
    }

    /** Bytes of objects that are in use, after a collection. */
    private static long used() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
