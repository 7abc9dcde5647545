package imagespace.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Small archives, good ones and others. */
final class Tarballs {
    /** Bytes of each file. */
    static final int SIZE = 100_000;

    private Tarballs() {}

    /** The random bytes of the file of that name. */
    static byte[] content(String name) {
        byte[] content = new byte[SIZE];
        new Random(name.hashCode()).nextBytes(content);
        return content;
    }

    /** A .tar.gz of files. */
    static byte[] of(String... names) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (String name : names) {
                TarArchiveEntry entry = new TarArchiveEntry(name, true); // true: an absolute name stays one
                entry.setSize(SIZE);
                tar.putArchiveEntry(entry);
                tar.write(content(name));
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** A .tar.gz of one entry without content: a link or device, as the type of tar's header says. */
    static byte[] special(String name, byte type, String linkName) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            TarArchiveEntry entry = new TarArchiveEntry(name, type);
            entry.setLinkName(linkName);
            tar.putArchiveEntry(entry);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }
}
