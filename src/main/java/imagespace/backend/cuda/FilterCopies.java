package imagespace.backend.cuda;

import static imagespace.backend.cuda.CudaTensor.in;

import imagespace.backend.Tensor;
import imagespace.backend.cuda.Memory.FilterCopy;
import imagespace.backend.cuda.Memory.FilterPlace;
import java.util.function.LongConsumer;

/**
 * Filters laid out otherwise than ours [k, k, ci, co]. A copy is kept beside the filters, and made again after they have
 * changed. A recorded step makes its copies at every replay, as it cannot know.
 */
final class FilterCopies {
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

    /** Two copies of 3x3 filters as our kernels for tensor cores want them: for the forward pass, and turned. */
    long arranged(Tensor weights, int inputs, int outputs) {
        int size = 9 * inputs * outputs;
        return copy(
                weights,
                9 * inputs,
                outputs,
                "arrangeWeights",
                2 * size,
                to -> engine.commands.launchOver(size / 2, "arrangeWeights", to, in(weights), inputs, outputs));
    }

    private long copy(Tensor weights, int rows, int columns, String layout, int floats, LongConsumer make) {
        CudaTensor w = CudaTensor.of(weights);
        FilterPlace place = new FilterPlace(w.offset, rows, columns, layout);
        FilterCopy copy = w.block.filters.computeIfAbsent(
                place, p -> new FilterCopy(w.block.memory.allocate((long) floats * Float.BYTES).address));
        if (copy.version != w.block.version || copy.generation != engine.generation) {
            make.accept(copy.address);
            copy.version = w.block.version;
            copy.generation = engine.generation;
        }
        return copy.address;
    }
}
