package imagespace.backend.cuda;

import java.nio.ByteBuffer;

/**
 * A GPU: memory, a queue of {@link Commands}, and recordings of them. This is all that the backend knows of CUDA, and so
 * what a test can put something else in the place of. One thread at a time.
 */
interface Device extends AutoCloseable {
    /** One line for people: GPU, libraries, precision. */
    String describe();

    /** Whether it has tensor cores that multiply in TF32: compute capability 8.0 and up. */
    boolean hasTf32();

    /**
     * Takes memory; its content is undefined, its address a multiple of 256.
     *
     * @throws DeviceMemoryException if there is not enough, with the sizes asked and free
     */
    long allocate(long bytes);

    /** Gives memory back, after {@link #synchronize}. */
    void free(long address);

    /** Brings floats to the device; when it returns, the array may change. */
    void write(long to, float[] values, int count);

    /** Brings bytes to the device; when it returns, the array may change. */
    void write(long to, byte[] values);

    /** Waits for all commands, then brings floats from the device. */
    void read(float[] values, long from, int count);

    /** Host memory that {@link #send} takes from: native byte order, the same at every call. */
    ByteBuffer outbox();

    /** Queues a copy of bytes of the outbox, which must not change before {@link #synchronize}. */
    void send(long to, int at, int bytes);

    /** Waits until all commands are done. */
    void synchronize();

    /** The queue. */
    Commands commands();

    /** Commands that were recorded. */
    interface Recording extends AutoCloseable {
        /** Queues them all. */
        void replay();

        @Override
        void close();
    }

    /** Records the commands that the task gives, without doing them. The task takes no memory and reads nothing. */
    Recording record(Runnable task);

    /** Gives everything back. */
    @Override
    void close();
}
