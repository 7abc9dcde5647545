package imagespace.data;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Brings a published data set into a folder: download, check, unpack. */
public final class Fetch {
    private Fetch() {}

    /** Is told how many bytes of the archive are there, of how many; first those of an earlier attempt. */
    @FunctionalInterface
    public interface Meter {
        void at(long bytes, long all);
    }

    /** The outcome of {@link #fetch}. */
    public record Fetched(Path folder, boolean wasThere) {}

    /**
     * Fetches the archive and unpacks it to {@code into/FOLDER}. Whatever ends it, a kill or a full disk, there is a
     * whole folder of that name or none; what came of the archive stays in {@code into/FOLDER.tar.gz.part}, from where
     * the next attempt goes on.
     *
     * @param from a URL or a file, or null for the archive's own address
     * @return the folder, and whether it was there before
     */
    public static Fetched fetch(Archive archive, String from, Path into, Meter meter) throws DataException {
        Path folder = into.resolve(archive.folder());
        if (Files.exists(folder)) {
            return wasThere(archive, folder);
        }
        try {
            Files.createDirectories(into);
        } catch (IOException e) {
            throw new DataException(
                    "cannot make the folder " + into + " (" + reason(e) + "); name another one with --into", e);
        }
        Path lockFile = into.resolve("." + archive.folder() + ".lock");
        try (FileChannel lock = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (!locked(lock)) {
                throw new DataException("another process is fetching to " + folder + "; wait for it to end");
            }
            try {
                if (Files.exists(folder)) { // another process was faster
                    return wasThere(archive, folder);
                }
                bring(archive, from, into, meter);
                return new Fetched(folder, false);
            } finally {
                Files.deleteIfExists(lockFile);
            }
        } catch (IOException e) {
            throw new DataException(
                    "cannot write to " + into + " (" + reason(e) + "); name another folder with --into", e);
        }
    }

    private static Fetched wasThere(Archive archive, Path folder) throws DataException {
        try {
            Optional<String> missing = archive.missingFrom(folder);
            if (missing.isPresent()) {
                throw new DataException(folder + " is there, but not whole (" + missing.get()
                        + "); remove it and run the command again, or name another folder with --into");
            }
            return new Fetched(folder, true);
        } catch (IOException e) {
            throw new DataException("cannot read " + folder + " (" + reason(e) + ")", e);
        }
    }

    /** False if somebody else has the lock. */
    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // somebody in this process
        }
    }

    private static void bring(Archive archive, String from, Path into, Meter meter) throws DataException {
        if (from == null || from.matches("(?i)https?:.*")) {
            Path part = into.resolve(archive.folder() + ".tar.gz.part");
            new Download(archive, meter).to(part, from == null ? archive.url() : uri(from));
            Unpacking.unpack(archive, part, into);
            delete(part);
        } else {
            Path file = file(from);
            checkGiven(archive, file);
            Unpacking.unpack(archive, file, into);
        }
    }

    /** A file of the user's own is checked, but never moved. */
    private static void checkGiven(Archive archive, Path file) throws DataException {
        if (!Files.isRegularFile(file)) {
            throw new DataException("--from " + file + ": there is no such file, and it is no http(s) address");
        }
        try {
            Optional<String> wrong = Download.wrong(archive, file);
            if (wrong.isPresent()) {
                throw new DataException("--from " + file + ": the file " + wrong.get()
                        + ": it is not the published archive, or damaged; leave out --from to download it");
            }
        } catch (IOException e) {
            throw new DataException("cannot read " + file + " (" + reason(e) + ")", e);
        }
    }

    private static URI uri(String from) throws DataException {
        try {
            URI uri = URI.create(from);
            if (uri.getHost() == null) {
                throw new DataException("--from " + from + " is no address (it names no host)");
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new DataException("--from " + from + " is no address (" + e.getMessage() + ")", e);
        }
    }

    private static Path file(String from) throws DataException {
        try {
            return from.startsWith("file:") ? Path.of(URI.create(from)) : Path.of(from);
        } catch (InvalidPathException e) {
            throw new DataException("--from " + from + " is neither a file nor an address (" + e.getMessage() + ")", e);
        } catch (IllegalArgumentException e) {
            throw new DataException("--from " + from + " is no file (" + e.getMessage() + ")", e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("imagespace: could not remove " + file + " (" + reason(e) + ")");
        }
    }

    /** Why a file could not be read or written; many exceptions of files say it by their class only. */
    static String reason(IOException e) {
        if (e instanceof FileSystemException file && file.getReason() == null) {
            return e.getClass().getSimpleName().replace("Exception", "") + ": " + file.getFile();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
