package imagespace.backend.cuda;

import imagespace.backend.CudaOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A device that is none: our kernels run on the CPU, and the definitions stand in for cuDNN and cuBLAS. With it the whole
 * of {@link CudaBackend} is tested where there is no GPU. Made to be unkind: memory starts as NaN, commands wait until
 * somebody waits for them, and what a library would not take is refused.
 */
final class HostDevice implements Device {
    private static final int ALIGNMENT = 256;
    private static final int OUTBOX_BYTES = 256 << 10;
    private static final byte NAN = (byte) 0xFF;

    private final ByteBuffer outbox = ByteBuffer.allocateDirect(OUTBOX_BYTES).order(ByteOrder.nativeOrder());
    private final Map<Long, Arena> allocations = new HashMap<>();
    private List<Runnable> queue = new ArrayList<>();
    private final HostCommands commands = new HostCommands(this);
    private boolean recording;
    private long launches;

    /** For tests: a backend on the host. */
    static CudaBackend backend(HostDevice device) {
        HostKernels.load();
        return new CudaBackend(new Engine(device, new Scratch(device)), CudaOptions.DEFAULT);
    }

    /** Number of allocations that have not been freed. */
    int allocations() {
        return allocations.size();
    }

    /** Number of times that something was queued by itself, not by a replay. */
    long launches() {
        return launches;
    }

    void queue(Runnable command) {
        launches++;
        queue.add(command);
    }

    @Override
    public String describe() {
        return "none: kernels on the CPU";
    }

    @Override
    public boolean hasTf32() {
        return true;
    }

    @Override
    public long allocate(long bytes) {
        if (recording) {
            throw new IllegalStateException("memory taken while recording");
        }
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(bytes, ALIGNMENT);
        segment.fill(NAN);
        allocations.put(segment.address(), arena);
        return segment.address();
    }

    @Override
    public void free(long address) {
        if (!queue.isEmpty()) {
            throw new IllegalStateException("memory freed that commands may use");
        }
        allocations.remove(address).close();
    }

    /** The memory from an address on. */
    @SuppressWarnings("restricted")
    static MemorySegment at(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    static float[] floats(long address, int count) {
        return at(address, (long) count * Float.BYTES).toArray(ValueLayout.JAVA_FLOAT);
    }

    static void setFloats(long address, float[] values) {
        MemorySegment.copy(
                values, 0, at(address, (long) values.length * Float.BYTES), ValueLayout.JAVA_FLOAT, 0, values.length);
    }

    @Override
    public void write(long to, float[] values, int count) {
        synchronize();
        MemorySegment.copy(values, 0, at(to, (long) count * Float.BYTES), ValueLayout.JAVA_FLOAT, 0, count);
    }

    @Override
    public void write(long to, byte[] values) {
        synchronize();
        at(to, values.length).copyFrom(MemorySegment.ofArray(values));
    }

    @Override
    public void read(float[] values, long from, int count) {
        synchronize();
        MemorySegment.copy(at(from, (long) count * Float.BYTES), ValueLayout.JAVA_FLOAT, 0, values, 0, count);
    }

    @Override
    public ByteBuffer outbox() {
        return outbox;
    }

    @Override
    public void send(long to, int at, int bytes) {
        if (recording) {
            throw new IllegalStateException("sent while recording");
        }
        queue(() -> at(to, bytes).copyFrom(MemorySegment.ofBuffer(outbox.slice(at, bytes))));
    }

    @Override
    public void synchronize() {
        if (recording) {
            throw new IllegalStateException("waited while recording");
        }
        queue.forEach(Runnable::run);
        queue.clear();
    }

    @Override
    public Commands commands() {
        return commands;
    }

    @Override
    public Recording record(Runnable task) {
        List<Runnable> before = queue;
        List<Runnable> recorded = new ArrayList<>();
        queue = recorded;
        recording = true;
        try {
            task.run();
        } finally {
            queue = before;
            recording = false;
        }
        return new Recording() {
            @Override
            public void replay() {
                queue.addAll(recorded);
            }

            @Override
            public void close() {
                recorded.clear();
            }
        };
    }

    @Override
    public void close() {
        if (!allocations.isEmpty()) {
            throw new IllegalStateException(allocations.size() + " pieces of memory were not freed");
        }
    }
}
