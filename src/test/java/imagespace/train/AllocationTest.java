package imagespace.train;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import imagespace.backend.Backend;
import imagespace.backend.ConvAlgorithm;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Corpus;
import imagespace.data.Scenes;
import imagespace.nn.Architecture;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training step takes no memory, on any thread, once its code is compiled (before, vectors are objects). */
class AllocationTest {
    private static final int BATCH = 8;
    private static final int WINDOW = 10;
    /** What the Java runtime itself may do in a window, such as noting a compilation. */
    private static final long NEARLY_NOTHING = 4096;

    private static final long PATIENCE_NANOS = 60_000_000_000L;

    @ParameterizedTest
    @CsvSource({"keras, AUTO", "allconv, AUTO", "keras, WINOGRAD2", "keras, DIRECT"})
    void aStepAllocatesNothing(String net, ConvAlgorithm algorithm) {
        Corpus corpus = Scenes.corpus(1, 4 * BATCH, 10);
        try (Backend backend = new CpuBackend(2, algorithm)) {
            Training training = new Training(
                    backend, Architecture.named(net, 32, 32, 3, 10), corpus.train(), TrainingConfig.plain(1, BATCH, 1));
            long[] threads = engineThreads();
            long start = System.nanoTime();
            long least = Long.MAX_VALUE;
            while (least > NEARLY_NOTHING && System.nanoTime() - start < PATIENCE_NANOS) {
                long before = allocated(threads);
                for (int i = 0; i < WINDOW; i++) {
                    training.step(i % 4 * BATCH, BATCH);
                }
                least = Math.min(least, allocated(threads) - before);
            }
            assertTrue(least <= NEARLY_NOTHING, net + ", " + algorithm + ": " + least / WINDOW + " bytes a step");
        }
    }

    private static ThreadMXBean bean() {
        return (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }

    private static long[] engineThreads() {
        ThreadMXBean bean = bean();
        return Arrays.stream(bean.getThreadInfo(bean.getAllThreadIds()))
                .filter(info -> info != null)
                .filter(info -> info.getThreadId() == Thread.currentThread().threadId()
                        || info.getThreadName().startsWith("imagespace-"))
                .mapToLong(info -> info.getThreadId())
                .toArray();
    }

    private static long allocated(long[] threads) {
        return Arrays.stream(bean().getThreadAllocatedBytes(threads))
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
