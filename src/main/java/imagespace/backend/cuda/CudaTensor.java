package imagespace.backend.cuda;

import imagespace.backend.Tensor;

/** A tensor on the device: floats from a byte of a block of memory on. */
final class CudaTensor extends Tensor {
    final Memory.Block block;
    final long offset;

    /** @param offset in bytes */
    CudaTensor(Memory.Block block, long offset, int... shape) {
        super(shape);
        this.block = block;
        this.offset = offset;
    }

    static CudaTensor of(Tensor tensor) {
        return (CudaTensor) tensor;
    }

    long address() {
        return block.address + offset;
    }

    /** Where it is, for an operator that reads it. */
    static long in(Tensor tensor) {
        CudaTensor t = of(tensor);
        if (t.block.sums != null) {
            t.block.sums.settle(t);
        }
        return t.address();
    }

    /** Where it is, for an operator that writes it. */
    static long out(Tensor tensor) {
        of(tensor).block.version++;
        return in(tensor);
    }
}
