package imagespace.backend.cuda;

import imagespace.backend.DeviceException;
import java.nio.ByteBuffer;

/**
 * Brings to the device what changes from step to step: ids, labels, seeds, step numbers. Kernels read it there, so that a
 * recorded step can be replayed with other values.
 *
 * <p>Each value goes by itself, into a ring. Within a repeated step all of them go in one copy, to a block of their own:
 * value by value at the same place at every replay.
 */
final class Varying {
    private static final int ALIGNMENT = 8;

    private final Device device;
    private final ByteBuffer outbox;
    private final long ring;
    /** Where in the outbox, and in the ring, the next values go. */
    private int at;

    private int opened;
    private int openedBytes;
    private long total;

    // the repeated step that is going on
    private long block;
    private int blockBytes = -1;
    private int blockStart;

    Varying(Device device, Memory memory) {
        this.device = device;
        outbox = device.outbox();
        ring = memory.allocate(outbox.capacity()).address;
    }

    /** The largest number of bytes that may be sent at once. */
    int room() {
        return outbox.capacity();
    }

    /** Where to put the next values. {@link #send} must follow. */
    ByteBuffer open(int bytes) {
        if (blockBytes < 0) {
            at = roomFor(bytes);
        } else if (at - blockStart + bytes > blockBytes) {
            throw notTheSame();
        }
        opened = at;
        openedBytes = bytes;
        return outbox.position(at);
    }

    /** Sends them, and says where on the device they will be. */
    long send() {
        int step = Math.ceilDiv(openedBytes, ALIGNMENT) * ALIGNMENT;
        at += step;
        total += step;
        if (blockBytes >= 0) {
            return block + opened - blockStart;
        }
        device.send(ring + opened, opened, openedBytes);
        return ring + opened;
    }

    private int roomFor(int bytes) {
        if (bytes > outbox.capacity()) {
            throw new IllegalArgumentException(bytes + " bytes are too many to send at once");
        }
        if (at + bytes <= outbox.capacity()) {
            return at;
        }
        device.synchronize(); // what lies in the outbox may still be on its way
        return 0;
    }

    /** All bytes so far, with what alignment adds. */
    long total() {
        return total;
    }

    /** From now on values go to a block of exactly so many bytes, with {@link #endBlock}. */
    void startBlock(long address, int bytes) {
        at = roomFor(bytes);
        block = address;
        blockBytes = bytes;
        blockStart = at;
    }

    /** Sends the block. */
    void endBlock() {
        if (at - blockStart != blockBytes) {
            throw notTheSame();
        }
        if (blockBytes > 0) {
            device.send(block, blockStart, blockBytes);
        }
        blockBytes = -1;
    }

    /** After a failure: the block is not sent. */
    void dropBlock() {
        blockBytes = -1;
    }

    private static DeviceException notTheSame() {
        return new DeviceException("a repeated step did not call the same operators as before: report this");
    }
}
