package imagespace.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Unpacks a .tar.gz of plain files into a folder: all of it or nothing, and never a byte beside the folder. */
final class Unpacking {
    /** No archive that we fetch unpacks to more. */
    private static final long MOST_BYTES = 1L << 30;

    private static final String WORK = ".unpacking-";

    private Unpacking() {}

    /**
     * Unpacks {@code file} to {@code into/FOLDER}, by way of a temporary folder beside it. The caller holds the lock of
     * {@code into}: temporary folders of earlier attempts, killed, are removed.
     */
    static void unpack(Archive archive, Path file, Path into) throws DataException {
        Path work = null;
        try {
            try (DirectoryStream<Path> old = Files.newDirectoryStream(into, WORK + archive.folder() + "-*")) {
                old.forEach(Unpacking::remove);
            }
            work = Files.createTempDirectory(into, WORK + archive.folder() + "-");
            extract(file, work, MOST_BYTES);
            Path unpacked = work.resolve(archive.folder());
            Optional<String> missing = archive.missingFrom(unpacked);
            if (missing.isPresent()) {
                throw new DataException(file + " is not the archive that it should be: in its folder "
                        + archive.folder() + ", " + missing.get());
            }
            Files.move(unpacked, into.resolve(archive.folder()), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new DataException(
                    "cannot unpack " + file + " (" + Fetch.reason(e) + "); is it damaged, or the disk full?", e);
        } finally {
            remove(work);
        }
    }

    /** Unpacks into {@code work}; refuses more than {@code most} bytes, links, devices and names that lead out of it. */
    static void extract(Path archive, Path work, long most) throws IOException, DataException {
        long left = most;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(file))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = target(archive, work, entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                    continue;
                }
                byte type = entry.getLinkFlag(); // isFile() is true for devices and pipes as well
                if (type != TarConstants.LF_NORMAL && type != TarConstants.LF_OLDNORM) {
                    throw new DataException(archive + " holds a link or device (" + entry.getName() + "): refused");
                }
                Files.createDirectories(target.getParent());
                try (OutputStream out = Files.newOutputStream(target)) {
                    left -= copy(tar, out, left);
                }
                if (left < 0) {
                    throw new DataException(archive + " unpacks to more than " + most + " bytes: refused");
                }
            }
        }
    }

    private static Path target(Path archive, Path work, String name) throws DataException {
        try {
            Path target = work.resolve(name).normalize();
            if (!name.startsWith("/") && !name.startsWith("\\") && target.startsWith(work)) {
                return target;
            }
        } catch (InvalidPathException e) {
            throw new DataException(archive + " holds a file whose name is none here (" + e.getMessage() + ")", e);
        }
        throw new DataException(archive + " wants to write outside its folder (" + name + "): refused");
    }

    /** Copies an entry, but stops after {@code most} bytes and one buffer: what a header says of the size may be false. */
    private static long copy(InputStream in, OutputStream out, long most) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        for (int n = in.read(buffer); n >= 0 && size <= most; n = in.read(buffer)) {
            size += n;
            if (size <= most) {
                out.write(buffer, 0, n);
            }
        }
        return size;
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
