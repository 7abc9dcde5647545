package imagespace.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed team of threads for loops of some microseconds. Workers wait for the next loop by spinning, then yielding,
 * then parking, so that a launch costs well under a microsecond while a training step runs, and an idle team costs
 * nothing.
 *
 * <p>Tasks are handed out in order to whoever is free. A task must write only what no other task of the loop touches;
 * then results do not depend on the number of threads.
 */
final class ThreadTeam implements AutoCloseable {
    /** A task of a loop; {@code worker} in [0, threads) names the scratch memory it may use. */
    @FunctionalInterface
    interface Task {
        void run(int task, int worker);
    }

    private static final int SPINS = 20_000;
    private static final int YIELDS = 200;

    private final Thread[] workers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private volatile int loop;
    private volatile Throwable failure;
    private volatile boolean closed;
    private Task body;
    private int tasks;

    ThreadTeam(int threads) {
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int worker = i + 1;
            workers[i] = new Thread(() -> serve(worker), "imagespace-" + worker);
            workers[i].setDaemon(true);
            workers[i].start();
        }
    }

    int threads() {
        return workers.length + 1;
    }

    /** Runs tasks 0 .. count - 1 and returns when all are done; the calling thread is worker 0. */
    void run(int count, Task task) {
        if (count == 1 || workers.length == 0) {
            for (int i = 0; i < count; i++) {
                task.run(i, 0);
            }
            return;
        }
        body = task;
        tasks = count;
        next.set(0);
        running.set(workers.length);
        loop++; // the volatile write publishes the fields above
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        work(0);
        int spins = 0;
        while (running.get() > 0) {
            pause(spins++);
        }
        body = null;
        Throwable thrown = failure;
        if (thrown != null) {
            failure = null;
            throw new IllegalStateException("a worker failed: " + thrown, thrown);
        }
    }

    private void serve(int worker) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (loop == seen && !closed) {
                if (spins < SPINS + YIELDS) {
                    pause(spins++);
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = loop;
            work(worker);
            running.decrementAndGet();
        }
    }

    private void work(int worker) {
        try {
            for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
                body.run(task, worker);
            }
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    private static void pause(int spins) {
        if (spins < SPINS) {
            Thread.onSpinWait();
        } else {
            Thread.yield();
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}
