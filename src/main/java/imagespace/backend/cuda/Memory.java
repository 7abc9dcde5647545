package imagespace.backend.cuda;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What was allocated since some moment, to be given back together, the last first. */
final class Memory {
    private final Device device;
    private final List<Block> blocks = new ArrayList<>();

    Memory(Device device) {
        this.device = device;
    }

    /** A piece of memory, and the copies of filters in it, laid out otherwise, that are kept beside it. */
    static final class Block {
        final long address;
        final Memory memory;
        /** Goes up with every operator that writes to it. */
        long version;

        /** Not null while tensors in it wait for their sums. */
        PartialSums sums;

        final Map<FilterPlace, FilterCopy> filters = new HashMap<>();

        private Block(long address, Memory memory) {
            this.address = address;
            this.memory = memory;
        }
    }

    /**
     * Filters as a matrix [rows, columns] at a byte of a block, and how the copy is laid out.
     *
     * @param layout the kernel that makes the copy
     */
    record FilterPlace(long offset, int rows, int columns, String layout) {}

    /** A copy of them, as of a version of the block. */
    static final class FilterCopy {
        final long address;
        long version = -1;
        long generation = -1;

        FilterCopy(long address) {
            this.address = address;
        }
    }

    Block allocate(long bytes) {
        Block block = new Block(device.allocate(bytes), this);
        blocks.add(block);
        return block;
    }

    /** Frees everything; nothing of it may be in use any more. */
    void free() {
        for (int i = blocks.size() - 1; i >= 0; i--) {
            device.free(blocks.get(i).address);
        }
        blocks.clear();
    }
}
