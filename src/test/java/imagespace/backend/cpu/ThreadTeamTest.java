package imagespace.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadTeamTest {
    @ParameterizedTest
    @CsvSource({"1, 7", "2, 0", "2, 1", "2, 2", "2, 129", "3, 2", "3, 100", "8, 5", "8, 1000"})
    void everyTaskRunsOnce(int threads, int tasks) {
        try (ThreadTeam team = new ThreadTeam(threads)) {
            for (int loop = 0; loop < 50; loop++) {
                AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
                team.run(tasks, (task, worker) -> {
                    assertTrue(worker >= 0 && worker < threads, "worker " + worker);
                    runs.incrementAndGet(task);
                });
                int[] each = IntStream.range(0, tasks).map(runs::get).toArray();
                assertArrayEquals(IntStream.generate(() -> 1).limit(tasks).toArray(), each);
            }
        }
    }

    @Test
    void aWorkerBeginsWithItsOwnShare() {
        int[] firstTasks = {-1, -1, -1, -1};
        CountDownLatch allAtWork = new CountDownLatch(4);
        try (ThreadTeam team = new ThreadTeam(4)) {
            team.run(100, (task, worker) -> {
                if (firstTasks[worker] < 0) { // nobody helps before all have come
                    firstTasks[worker] = task;
                    allAtWork.countDown();
                    await(allAtWork);
                }
            });
        }
        assertArrayEquals(new int[] {0, 25, 50, 75}, firstTasks);
    }

    @Test
    void whoIsDoneHelps() {
        int[] workers = new int[100];
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch othersDone = new CountDownLatch(99);
        try (ThreadTeam team = new ThreadTeam(2)) {
            team.run(100, (task, worker) -> {
                workers[task] = worker;
                if (task == 0) { // as if the processor had been taken away
                    begun.countDown();
                    await(othersDone);
                } else {
                    await(begun);
                    othersDone.countDown();
                }
            });
        }
        assertEquals(99, Arrays.stream(workers).sum(), "all tasks but the first are the helper's");
    }

    @Test
    void aFailureIsToldAndTheOthersAreWaitedFor() {
        AtomicIntegerArray runs = new AtomicIntegerArray(10);
        CountDownLatch bothAtWork = new CountDownLatch(2);
        try (ThreadTeam team = new ThreadTeam(2)) {
            IllegalStateException told = assertThrows(
                    IllegalStateException.class,
                    () -> team.run(10, (task, worker) -> {
                        if (task == 0 || task == 5) { // where each begins
                            bothAtWork.countDown();
                            await(bothAtWork);
                        }
                        if (task == 0) {
                            throw new ArithmeticException("nought");
                        }
                        LockSupport.parkNanos(5_000_000); // an early return would come before
                        runs.incrementAndGet(task);
                    }));
            assertTrue(told.getMessage().contains("nought"), told.getMessage());
            for (int task = 1; task < 10; task++) {
                assertEquals(1, runs.get(task), "task " + task);
            }
            team.run(10, (task, worker) -> runs.incrementAndGet(task));
            assertEquals(2, runs.get(9), "the team goes on");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
