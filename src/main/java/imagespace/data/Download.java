package imagespace.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches an {@link Archive} into a file, goes on where an earlier attempt broke off, and checks what came. */
final class Download {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BUFFER = 1 << 16;
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d+/(\\d{1,18}|\\*)");

    private final Archive archive;
    private final Fetch.Meter meter;
    private final Duration patience;

    Download(Archive archive, Fetch.Meter meter) {
        this(archive, meter, PATIENCE);
    }

    /** {@code patience}: how long a server may stay silent. */
    Download(Archive archive, Fetch.Meter meter, Duration patience) {
        this.archive = archive;
        this.meter = meter;
        this.patience = patience;
    }

    /** Brings the archive to {@code part} from the address given, after what is in that file already. */
    void to(Path part, URI from) throws DataException {
        try {
            fetch(from, part);
            Optional<String> wrong = wrong(archive, part);
            if (wrong.isPresent()) {
                Path aside = part.resolveSibling(part.getFileName() + ".wrong");
                Files.move(part, aside, StandardCopyOption.REPLACE_EXISTING);
                throw new DataException("what came from " + from + " " + wrong.get() + "; it is set aside as " + aside
                        + ": run the command again, or fetch it from another place with --from URL-or-file");
            }
        } catch (IOException e) {
            throw new DataException(
                    "fetching " + from + " broke off (" + reason(e, from) + "); run the command again to go on"
                            + ", or name another place with --from URL-or-file",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataException("fetching " + from + " was stopped; run the command again to go on", e);
        }
    }

    /** The client leaves the reason of a failed connection to the causes, without words. */
    private static String reason(IOException e, URI from) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof UnresolvedAddressException) {
                return "the host " + from.getHost() + " is unknown here";
            }
        }
        return e instanceof ConnectException && e.getMessage() == null ? "it takes no connection" : Fetch.reason(e);
    }

    private void fetch(URI from, Path part) throws IOException, InterruptedException, DataException {
        long there = Files.exists(part) ? Files.size(part) : 0;
        if (there == archive.bytes()) {
            return;
        }
        if (there > archive.bytes()) {
            there = 0;
        }
        try (HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(patience)
                .build()) {
            if (there == 0 || !receive(client, from, part, there)) {
                receive(client, from, part, 0);
            }
        }
        long size = Files.size(part);
        if (size < archive.bytes()) {
            throw new IOException("the connection ended after " + size + " of " + archive.bytes() + " bytes");
        }
    }

    /** Receives from byte {@code there} on; false if the server cannot begin there. */
    private boolean receive(HttpClient client, URI from, Path part, long there)
            throws IOException, InterruptedException, DataException {
        HttpRequest.Builder request = HttpRequest.newBuilder(from).timeout(patience);
        if (there > 0) {
            request.header("Range", "bytes=" + there + "-");
        }
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            int status = response.statusCode();
            Matcher range = CONTENT_RANGE.matcher(
                    response.headers().firstValue("Content-Range").orElse(""));
            boolean goesOn =
                    status == PARTIAL && there > 0 && range.matches() && Long.parseLong(range.group(1)) == there;
            if (there > 0 && (status == RANGE_NOT_SATISFIABLE || status == PARTIAL && !goesOn)) {
                return false;
            }
            if (status != OK && !goesOn) {
                throw new DataException(
                        from + " answers with status " + status + "; name another place with --from URL-or-file");
            }
            OptionalLong offered = goesOn ? total(range) : response.headers().firstValueAsLong("Content-Length");
            if (offered.isPresent() && offered.getAsLong() != archive.bytes()) {
                throw new DataException(from + " has " + offered.getAsLong() + " bytes, but the published archive has "
                        + archive.bytes() + "; name another place with --from URL-or-file");
            }
            copy(in, part, goesOn ? there : 0);
            return true;
        }
    }

    private static OptionalLong total(Matcher range) {
        return range.group(2).equals("*") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(range.group(2)));
    }

    /** Appends to what is there, or starts the file again; stops at one byte too many. */
    private void copy(InputStream in, Path part, long there) throws IOException {
        long all = archive.bytes();
        meter.at(there, all);
        try (Silence silence = new Silence(in, patience);
                OutputStream out = there > 0
                        ? Files.newOutputStream(part, StandardOpenOption.APPEND)
                        : Files.newOutputStream(part)) {
            byte[] buffer = new byte[BUFFER];
            long size = there;
            for (int n = silence.read(buffer); n >= 0 && size <= all; n = silence.read(buffer)) {
                out.write(buffer, 0, n);
                size += n;
                meter.at(size, all);
            }
        }
    }

    /** What is wrong with the size or digest of a file, in words; nothing if it is the archive. */
    static Optional<String> wrong(Archive archive, Path file) throws IOException {
        long size = Files.size(file);
        String digest = digest(file);
        return size == archive.bytes() && digest.equals(archive.sha256())
                ? Optional.empty()
                : Optional.of("has " + size + " bytes and SHA-256 " + digest + ", but should have " + archive.bytes()
                        + " and " + archive.sha256());
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
