package imagespace.backend.cuda;

import imagespace.backend.Tensor;
import imagespace.backend.cuda.Scratch.Use;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Gradients that are sums over all pixels: each block of a kernel keeps its part of them, and the parts are added up later, those
 * of all layers by one command. A layer's sums are small; a command for each would take longer than to do them.
 *
 * <p>A tensor that waits for its sums is looked at by {@link CudaTensor#in} and {@link CudaTensor#out} alone, which have them
 * added up first.
 */
final class PartialSums {
    /** As in {@code native}. */
    private static final int MOST = 16;

    private static final int COLUMNS_A_BLOCK = 64;
    private static final int FIELDS = 5;
    private static final int ALIGNMENT = 16;

    private final Engine engine;
    private final List<Sum> waiting = new ArrayList<>();
    /** Bytes of the scratch memory that hold parts. */
    private long used;

    /** to [count] is to be the sum of partial [chunks, count]. */
    private record Sum(CudaTensor to, long partial, int chunks, int count) {
        long end() {
            return to.address() + (long) count * Float.BYTES;
        }
    }

    PartialSums(Engine engine) {
        this.engine = engine;
    }

    /**
     * Sets a tensor, some time before it is looked at.
     *
     * @param to [count]
     * @param kernel queues the kernel that writes the parts, [chunks, count], to the address it is given
     */
    void set(Tensor to, int chunks, int count, LongConsumer kernel) {
        CudaTensor target = CudaTensor.of(to);
        settle(target);
        if (waiting.size() == MOST) {
            addUp();
        }
        long bytes = Math.ceilDiv((long) chunks * count * Float.BYTES, ALIGNMENT) * ALIGNMENT;
        long start = used;
        long partial = engine.scratch.bytes(Use.PARTIAL_SUMS, start + bytes) + start;
        kernel.accept(partial);
        used = start + bytes; // also if the kernel's tensors had to be added up, which would free it
        target.block.version++;
        target.block.sums = this;
        waiting.add(new Sum(target, partial, chunks, count));
    }

    /** Adds up, if a tensor has values that wait for it. */
    void settle(CudaTensor tensor) {
        long start = tensor.address();
        long end = start + (long) tensor.size() * Float.BYTES;
        for (Sum sum : waiting) {
            if (sum.to.address() < end && start < sum.end()) {
                addUp();
                return;
            }
        }
    }

    /** Queues the command for all that wait. */
    void addUp() {
        if (waiting.isEmpty()) {
            return;
        }
        long[] sums = new long[MOST * FIELDS];
        int blocks = 0;
        for (int i = 0; i < waiting.size(); i++) {
            Sum sum = waiting.get(i);
            blocks += Math.ceilDiv(sum.count, COLUMNS_A_BLOCK);
            long[] fields = {sum.to.address(), sum.partial, sum.chunks, sum.count, blocks};
            System.arraycopy(fields, 0, sums, i * FIELDS, FIELDS);
        }
        forget();
        engine.commands.launch("addUp", blocks, 1, (Object) sums);
    }

    /** After a failure: they will not be added up. */
    void forget() {
        for (Sum sum : waiting) {
            sum.to.block.sums = null;
        }
        waiting.clear();
        used = 0;
    }
}
