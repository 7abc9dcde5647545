package imagespace.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Unpacks a .tar.gz of plain files into a folder: all of it or nothing, and never a byte beside the folder. */
final class Unpacking {
    /** No archive that we fetch unpacks to more. */
    private static final long MOST_BYTES = 1L << 30;

    private Unpacking() {}

    /** Unpacks {@code folder} of the archive to {@code into/folder}, by way of a temporary folder beside it. */
    static void unpack(Path archive, Path into, String folder) throws DataException {
        Path work = null;
        try {
            work = Files.createTempDirectory(into, ".unpacking-");
            extract(archive, work);
            if (!Files.isDirectory(work.resolve(folder))) {
                throw new DataException(
                        archive + " holds no folder " + folder + ": it is not the archive that it should be");
            }
            Files.move(work.resolve(folder), into.resolve(folder), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new DataException(
                    "cannot unpack " + archive + " (" + e.getMessage() + "); is it damaged, or the disk full?", e);
        } finally {
            remove(work);
        }
    }

    private static void extract(Path archive, Path work) throws IOException, DataException {
        long left = MOST_BYTES;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(file))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = work.resolve(entry.getName()).normalize();
                if (!target.startsWith(work) || entry.getName().startsWith("/")) {
                    throw new DataException(
                            archive + " wants to write outside its folder (" + entry.getName() + "): refused");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                if (!entry.isFile() || entry.isLink() || entry.isSymbolicLink()) {
                    throw new DataException(archive + " holds a link or device (" + entry.getName() + "): refused");
                }
                left -= entry.getSize();
                if (left < 0) {
                    throw new DataException(archive + " unpacks to more than " + MOST_BYTES + " bytes: refused");
                }
                Files.createDirectories(target.getParent());
                try (OutputStream out = Files.newOutputStream(target)) {
                    tar.transferTo(out);
                }
            }
        }
    }

    private static void remove(Path folder) {
        if (folder == null || !Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.err.println("imagespace: could not remove " + folder + " (" + e.getMessage() + ")");
        }
    }
}
