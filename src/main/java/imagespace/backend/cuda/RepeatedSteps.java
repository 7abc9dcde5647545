package imagespace.backend.cuda;

import imagespace.backend.cuda.Memory.Block;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Steps that are done again and again with other values: the first time as they are, the second time recorded and played,
 * from then on played. A small network's step has some fifty commands of a few microseconds each; to queue them one by
 * one takes longer than to do them.
 *
 * <p>While a recording is played the step's code runs too, but its commands go nowhere: it only says the new values, which
 * go to the device in one copy ({@link Varying}).
 */
final class RepeatedSteps implements AutoCloseable {
    private final Engine engine;
    private final Memory memory;
    private final Map<Object, Step> steps = new IdentityHashMap<>();

    /** A step with the bytes of its varying values; recorded at its second call. */
    private static final class Step {
        private final int bytes;
        private Block values;
        private Device.Recording recording;

        private Step(int bytes) {
            this.bytes = bytes;
        }
    }

    RepeatedSteps(Engine engine, Memory memory) {
        this.engine = engine;
        this.memory = memory;
    }

    void run(Object key, Runnable task) {
        engine.sums.addUp(); // what waits from before is no part of the step
        Step step = steps.get(key);
        if (step == null) {
            long before = engine.varying.total();
            whole(task);
            steps.put(key, new Step(Math.toIntExact(engine.varying.total() - before)));
        } else if (step.bytes > engine.varying.room()) {
            whole(task); // too many values for one copy
        } else {
            replay(step, task);
        }
    }

    /** With the sums that wait at the end of it, so that each run of a step takes the same scratch memory. */
    private void whole(Runnable task) {
        task.run();
        engine.sums.addUp();
    }

    private void replay(Step step, Runnable task) {
        refuse(engine, "has steps of its own");
        boolean record = step.recording == null;
        if (record) {
            step.values = memory.allocate(Math.max(1, step.bytes));
            engine.generation++;
        }
        engine.repeating = true;
        engine.varying.startBlock(step.values.address, step.bytes);
        boolean done = false;
        try {
            if (record) {
                step.recording = engine.device.record(() -> whole(task));
            } else {
                engine.commands = Commands.NONE;
                whole(task);
            }
            engine.varying.endBlock();
            done = true;
        } finally {
            engine.commands = engine.device.commands();
            engine.varying.dropBlock();
            engine.repeating = false;
            engine.generation++; // copies may be marked that the recording does not make
            if (!done) {
                engine.sums.forget();
            }
        }
        step.recording.replay();
    }

    /** Fails within a repeated step. */
    static void refuse(Engine engine, String does) {
        if (engine.repeating) {
            throw new IllegalStateException("a repeated step " + does);
        }
    }

    @Override
    public void close() {
        for (Step step : steps.values()) {
            if (step.recording != null) {
                step.recording.close();
            }
        }
        steps.clear();
    }
}
