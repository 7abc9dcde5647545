package imagespace.backend.cuda;

import java.util.EnumMap;
import java.util.Map;

/**
 * Memory that an operator needs while it works, shared by all of them: they run one after another. It only grows, at least
 * twofold, and what was is kept until the device closes, as recorded steps may point to it.
 */
final class Scratch {
    /** What one operator may need at the same time. */
    enum Use {
        IN,
        OUT,
        FILTER,
        BIAS,
        /** Also until the sums are added up, see {@link PartialSums}. */
        PARTIAL_SUMS,
        WORKSPACE,
        IN_16,
        OUT_16,
        FILTER_16
    }

    private record Room(long address, long bytes) {}

    private final Device device;
    private final Map<Use, Room> rooms = new EnumMap<>(Use.class);
    private final Memory memory;

    Scratch(Device device) {
        this.device = device;
        memory = new Memory(device);
    }

    /** The address of at least so many bytes; their content is undefined. */
    long bytes(Use use, long bytes) {
        Room room = rooms.get(use);
        if (room == null || room.bytes < bytes) {
            long size = Math.max(Math.max(bytes, 1024), room == null ? 0 : 2 * room.bytes);
            room = new Room(memory.allocate(size).address, size);
            rooms.put(use, room);
        }
        return room.address;
    }

    /** The address of at least so many floats. */
    long floats(Use use, long count) {
        return bytes(use, count * Float.BYTES);
    }

    void free() {
        device.synchronize();
        memory.free();
        rooms.clear();
    }
}
