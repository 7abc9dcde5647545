package imagespace.data;

import java.nio.file.Path;

/** A check that all readers make before they take memory for what a file claims to hold. */
final class Room {
    private Room() {}

    /** Bytes of {@code items} items of {@code itemSize} bytes each, if there are any and this Java has room for them. */
    static int bytes(Path source, long items, long itemSize) throws DataException {
        // Half the memory: a reader holds parts of its input beside the result.
        long most = Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 2) / itemSize;
        if (items < 1 || items > most) {
            throw new DataException(source + " claims " + items + " items of " + itemSize + " bytes, but 1 to " + most
                    + " fit: it is damaged, or Java needs more memory (IMAGESPACE_JAVA_OPTIONS=-Xmx...)");
        }
        return (int) (items * itemSize);
    }
}
