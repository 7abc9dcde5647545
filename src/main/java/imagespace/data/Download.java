package imagespace.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;

/** Fetches an {@link Archive} into a file, goes on where an earlier attempt broke off, and checks what came. */
final class Download {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final Duration CONNECT = Duration.ofSeconds(30);
    private static final int BUFFER = 1 << 16;

    private final Archive archive;
    private final Fetch.Meter meter;

    Download(Archive archive, Fetch.Meter meter) {
        this.archive = archive;
        this.meter = meter;
    }

    /** Brings the archive to {@code file} from the address given, by way of {@code file.part}. */
    void to(Path file, URI from) throws DataException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            fetch(from, part);
        } catch (IOException e) {
            throw new DataException(
                    "fetching " + from + " broke off (" + reason(e) + "); run the command again to go on from " + part
                            + ", or name another place with --from URL-or-file",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("fetching " + from + " was stopped; run the command again to go on", e);
        }
        check(part);
        try {
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new DataException("cannot rename " + part + " (" + e.getMessage() + ")", e);
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private void fetch(URI from, Path part) throws IOException, InterruptedException, DataException {
        long there = Files.exists(part) ? Files.size(part) : 0;
        if (there == archive.bytes()) {
            return;
        }
        if (there > archive.bytes()) {
            Files.delete(part);
            there = 0;
        }
        try (HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(CONNECT)
                .build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(from);
            if (there > 0) {
                request.header("Range", "bytes=" + there + "-");
            }
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                int status = response.statusCode();
                if (status == RANGE_NOT_SATISFIABLE) {
                    Files.delete(part);
                    throw new IOException("the server cannot go on from byte " + there);
                }
                if (status != OK && status != PARTIAL) {
                    throw new DataException(
                            from + " answers " + status + "; name another place with --from URL-or-file");
                }
                boolean goOn = status == PARTIAL && there > 0;
                copy(in, part, goOn ? there : 0);
            }
        }
        long size = Files.size(part);
        if (size < archive.bytes()) {
            throw new IOException("the connection ended after " + size + " of " + archive.bytes() + " bytes");
        }
    }

    /** Appends to what is there, or starts the file again; stops at one byte too many. */
    private void copy(InputStream in, Path part, long there) throws IOException {
        long all = archive.bytes();
        try (OutputStream out =
                there > 0 ? Files.newOutputStream(part, StandardOpenOption.APPEND) : Files.newOutputStream(part)) {
            byte[] buffer = new byte[BUFFER];
            long size = there;
            for (int n = in.read(buffer); n >= 0 && size <= all; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                size += n;
                meter.at(size, all);
            }
        }
    }

    /** Checks size and digest; a wrong file is set aside, so that the next attempt starts afresh. */
    void check(Path file) throws DataException {
        try {
            long size = Files.size(file);
            String digest = digest(file);
            if (size != archive.bytes() || !digest.equals(archive.sha256())) {
                Path aside = file.resolveSibling(file.getFileName() + ".wrong");
                Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
                throw new DataException("what came has " + size + " bytes and SHA-256 " + digest + ", but should have "
                        + archive.bytes() + " and " + archive.sha256() + "; it is set aside as " + aside
                        + ": fetch it from another place with --from");
            }
        } catch (IOException e) {
            throw new DataException("cannot read " + file + " (" + e.getMessage() + ")", e);
        }
    }

    static String digest(Path file) throws IOException {
        MessageDigest sha256 = CorpusDigest.sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha256.update(buffer, 0, n);
            }
        }
        return HexFormat.of().formatHex(sha256.digest());
    }
}
