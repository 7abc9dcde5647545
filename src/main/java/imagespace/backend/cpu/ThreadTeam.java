package imagespace.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed team of threads for loops of some microseconds. Workers wait for the next loop by spinning, then yielding,
 * then parking, so that a launch costs little more than handing over some cache lines while a training step runs, and an
 * idle team costs nothing.
 *
 * <p>Every worker begins with a share of its own, equally many neighbouring tasks, and then helps the others with theirs. If tasks
 * lie in the order of what they read and write, a worker finds in its own caches what it wrote in the loop before. Handing
 * a cache line to another processor takes 30 ns if both share a cache, and 170 if not (Zen 4; see benchmarks/run Handover).
 *
 * <p>A task must write only what no other task of the loop touches; then results do not depend on the number of threads.
 */
final class ThreadTeam implements AutoCloseable {
    /** A task of a loop; {@code worker} in [0, threads) names the scratch memory it may use. */
    @FunctionalInterface
    interface Task {
        void run(int task, int worker);
    }

    private static final int SPINS = 20_000;
    private static final int YIELDS = 200;
    /** Ints from one worker's counter to the next one's: a pair of cache lines, as in {@link Simd#apart}. */
    private static final int APART = 32;

    private final int threads;
    private final Thread[] workers;
    /** The next task of each worker's share, APART from each other. */
    private final AtomicIntegerArray next;

    private final AtomicInteger running = new AtomicInteger();
    private volatile int loop;
    private volatile Throwable failure;
    private volatile boolean closed;
    private Task body;
    private int tasks;

    ThreadTeam(int threads) {
        this.threads = threads;
        next = new AtomicIntegerArray((threads + 1) * APART);
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int worker = i + 1;
            workers[i] = new Thread(() -> serve(worker), "imagespace-" + worker);
            workers[i].setDaemon(true);
            workers[i].start();
        }
    }

    int threads() {
        return threads;
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
        for (int worker = 0; worker < threads; worker++) {
            next.setPlain(counter(worker), firstOf(worker));
        }
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
            for (int i = 0; i < threads; i++) {
                workShare((worker + i) % threads, worker);
            }
        } catch (Throwable thrown) {
            failure = thrown;
        }
    }

    private void workShare(int owner, int worker) {
        int end = firstOf(owner + 1);
        while (next.get(counter(owner)) < end) { // a look first: most shares that one comes to help with are done
            int task = next.getAndIncrement(counter(owner));
            if (task < end) {
                body.run(task, worker);
            }
        }
    }

    /** The first task of a worker's share. */
    private int firstOf(int worker) {
        return (int) ((long) tasks * worker / threads);
    }

    /** Its place in {@link #next}, not beside the array's length, which all read. */
    private static int counter(int worker) {
        return (worker + 1) * APART;
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
