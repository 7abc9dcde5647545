package imagespace.backend.cuda;

import static imagespace.backend.cuda.CudaTensor.in;

import imagespace.backend.Tensor;
import imagespace.backend.cuda.Memory.FilterCopy;
import imagespace.backend.cuda.Memory.FilterPlace;
import java.util.Comparator;
import java.util.List;
import java.util.Map.Entry;
import java.util.function.LongConsumer;

/**
 * Filters laid out otherwise than ours [k, k, ci, co]. A copy is kept beside the filters, and made again after they have
 * changed. A recorded step makes its copies at every replay, as it cannot know.
 */
final class FilterCopies {
    /** Of a 3x3 kernel. */
    private static final int TAPS = 9;

    private static final String ARRANGE = "arrangeWeights";
    /** Filters that are arranged by one command, as in {@code native}. */
    private static final int MOST_AT_ONCE = 16;

    private static final int FIELDS = 5;

    private final Engine engine;

    FilterCopies(Engine engine) {
        this.engine = engine;
    }

    /** As cuDNN wants them: [co, k, k, ci], the transpose of the matrix [k * k * ci, co]. */
    long transposed(Tensor weights, int rows, int columns) {
        return copy(
                weights,
                rows,
                columns,
                "transpose",
                rows * columns,
                to -> engine.commands.transpose(to, in(weights), rows, columns));
    }

    /**
     * Two copies of 3x3 filters as our kernels for tensor cores want them: for the forward pass, and turned. With them all that
     * are out of date in the same block are made anew.
     */
    long arranged(Tensor weights, int inputs, int outputs) {
        return copy(
                weights,
                TAPS * inputs,
                outputs,
                ARRANGE,
                2 * TAPS * inputs * outputs,
                to -> arrange(CudaTensor.of(weights).block));
    }

    private void arrange(Memory.Block block) {
        if (block.sums != null) {
            block.sums.addUp();
        }
        List<Entry<FilterPlace, FilterCopy>> stale = block.filters.entrySet().stream()
                .filter(e -> e.getKey().layout().equals(ARRANGE) && isStale(e.getValue(), block))
                .sorted(Comparator.comparingLong(e -> e.getKey().offset()))
                .toList();
        for (int first = 0; first < stale.size(); first += MOST_AT_ONCE) {
            arrange(stale.subList(first, Math.min(first + MOST_AT_ONCE, stale.size())), block);
        }
    }

    private void arrange(List<Entry<FilterPlace, FilterCopy>> stale, Memory.Block block) {
        long[] filters = new long[MOST_AT_ONCE * FIELDS];
        int threads = 0;
        for (int i = 0; i < stale.size(); i++) {
            FilterPlace place = stale.get(i).getKey();
            FilterCopy copy = stale.get(i).getValue();
            threads += place.rows() * place.columns() / 2;
            long[] fields = {copy.address, block.address + place.offset(), place.rows() / TAPS, place.columns(), threads
            };
            System.arraycopy(fields, 0, filters, i * FIELDS, FIELDS);
            keepsUp(copy, block);
        }
        engine.commands.launchOver(threads, ARRANGE, (Object) filters);
    }

    private long copy(Tensor weights, int rows, int columns, String layout, int floats, LongConsumer make) {
        CudaTensor w = CudaTensor.of(weights);
        FilterPlace place = new FilterPlace(w.offset, rows, columns, layout);
        FilterCopy copy = w.block.filters.computeIfAbsent(
                place, p -> new FilterCopy(w.block.memory.allocate((long) floats * Float.BYTES).address));
        if (isStale(copy, w.block)) {
            make.accept(copy.address);
            keepsUp(copy, w.block);
        }
        return copy.address;
    }

    private boolean isStale(FilterCopy copy, Memory.Block block) {
        return copy.version != block.version || copy.generation != engine.generation;
    }

    private void keepsUp(FilterCopy copy, Memory.Block block) {
        copy.version = block.version;
        copy.generation = engine.generation;
    }
}
