package imagespace.data;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Brings a published data set into a folder: download, check, unpack. */
public final class Fetch {
    private Fetch() {}

    /** Is told how many bytes of the archive are there, of how many. */
    @FunctionalInterface
    public interface Meter {
        void at(long bytes, long all);
    }

    /**
     * Fetches the archive and unpacks it to {@code into/FOLDER}.
     *
     * @param from a URL or a file, or null for the archive's own address
     * @return the folder, and whether it was there before
     */
    public static Fetched fetch(Archive archive, String from, Path into, Meter meter) throws DataException {
        Path folder = into.resolve(archive.folder());
        if (Files.isDirectory(folder)) {
            return new Fetched(folder, true);
        }
        try {
            Files.createDirectories(into);
        } catch (IOException e) {
            throw new DataException("cannot make the folder " + into + " (" + e.getMessage() + ")", e);
        }
        Download download = new Download(archive, meter);
        boolean isUrl = from == null || from.matches("https?://.*");
        if (isUrl) {
            Path file = into.resolve(archive.folder() + ".tar.gz");
            download.to(file, from == null ? archive.url() : uri(from));
            Unpacking.unpack(file, into, archive.folder());
            delete(file);
        } else {
            Path file = Path.of(from);
            checkGiven(archive, file);
            Unpacking.unpack(file, into, archive.folder());
        }
        return new Fetched(folder, false);
    }

    /** The outcome of {@link #fetch}. */
    public record Fetched(Path folder, boolean wasThere) {}

    /** A file of the user's own is checked, but never moved. */
    private static void checkGiven(Archive archive, Path file) throws DataException {
        if (!Files.isRegularFile(file)) {
            throw new DataException("--from " + file + ": there is no such file, and it is no http(s) address");
        }
        try {
            String digest = Download.digest(file);
            if (!digest.equals(archive.sha256())) {
                throw new DataException(file + " has SHA-256 " + digest + ", but should have " + archive.sha256()
                        + ": it is not the published archive");
            }
        } catch (IOException e) {
            throw new DataException("cannot read " + file + " (" + e.getMessage() + ")", e);
        }
    }

    private static URI uri(String from) throws DataException {
        try {
            return URI.create(from);
        } catch (IllegalArgumentException e) {
            throw new DataException("--from " + from + " is no address (" + e.getMessage() + ")", e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("imagespace: could not remove " + file + " (" + e.getMessage() + ")");
        }
    }
}
