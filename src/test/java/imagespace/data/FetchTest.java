package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import imagespace.data.Fetch.Fetched;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a server on this machine, whole, broken, resumed and wrong; archives that mean harm. */
class FetchTest {
    private static final String FOLDER = "set";

    @TempDir
    Path into;

    private HttpServer server;
    private final List<String> ranges = new ArrayList<>();
    private byte[] served;
    private boolean honoursRange = true;
    private int breakAfter = Integer.MAX_VALUE;
    private int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(range == null ? "" : range);
        int from = 0;
        int code = status;
        if (range != null && honoursRange) {
            from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
            code = 206;
        }
        exchange.sendResponseHeaders(code, status == 200 ? served.length - from : -1);
        if (status == 200) {
            int count = Math.min(breakAfter, served.length - from);
            exchange.getResponseBody().write(served, from, count);
            exchange.getResponseBody().flush();
        }
        exchange.close();
    }

    private Archive archive(byte[] bytes) throws IOException {
        served = bytes;
        Path file = Files.createTempFile(into, "digest", ".bin");
        Files.write(file, bytes);
        String digest = Download.digest(file);
        Files.delete(file);
        URI url = URI.create("http://localhost:" + server.getAddress().getPort() + "/set.tar.gz");
        return new Archive(url, bytes.length, digest, FOLDER);
    }

    private static byte[] tar(String... entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (String name : entries) {
                byte[] content = new byte[100_000];
                new Random(name.hashCode()).nextBytes(content);
                TarArchiveEntry entry = new TarArchiveEntry(name, true);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private Fetched fetch(Archive archive) throws DataException {
        return Fetch.fetch(archive, null, into, (_, _) -> {});
    }

    private void nothingButParts() throws IOException {
        try (Stream<Path> left = Files.list(into)) {
            assertEquals(
                    List.of(),
                    left.map(path -> path.getFileName().toString())
                            .filter(name -> !name.endsWith(".part") && !name.endsWith(".wrong"))
                            .filter(name -> !name.endsWith(".tar.gz"))
                            .toList());
        }
    }

    @Test
    void wholeThenThereAlready() throws Exception {
        Archive archive = archive(tar("set/a.bin", "set/b.bin"));
        Fetched first = fetch(archive);
        assertFalse(first.wasThere());
        byte[] expected = new byte[100_000];
        new Random("set/b.bin".hashCode()).nextBytes(expected);
        assertArrayEquals(expected, Files.readAllBytes(first.folder().resolve("b.bin")));
        assertTrue(fetch(archive).wasThere());
        assertEquals(List.of(""), ranges);
        try (Stream<Path> left = Files.list(into)) {
            assertEquals(List.of(into.resolve(FOLDER)), left.toList());
        }
    }

    @Test
    void aBrokenDownloadGoesOnWhereItBroke() throws Exception {
        Archive archive = archive(tar("set/a.bin"));
        breakAfter = 40_000;
        DataException e = assertThrows(DataException.class, () -> fetch(archive));
        assertTrue(e.getMessage().contains("again"), e.getMessage());
        long there = Files.size(into.resolve("set.tar.gz.part"));
        assertTrue(there > 0 && there <= 40_000, there + " bytes were kept");
        breakAfter = Integer.MAX_VALUE;
        fetch(archive);
        assertEquals("bytes=" + there + "-", ranges.getLast());
        assertTrue(Files.exists(into.resolve("set/a.bin")));
    }

    @Test
    void aServerWithoutRangesIsReadFromTheStart() throws Exception {
        Archive archive = archive(tar("set/a.bin"));
        Files.write(into.resolve("set.tar.gz.part"), new byte[1000]);
        honoursRange = false;
        fetch(archive);
        assertTrue(Files.exists(into.resolve("set/a.bin")));
    }

    @Test
    void wrongContentIsSetAside() throws Exception {
        byte[] good = tar("set/a.bin");
        Archive archive = archive(good);
        served = good.clone();
        served[served.length / 2]++;
        DataException e = assertThrows(DataException.class, () -> fetch(archive));
        assertTrue(e.getMessage().contains(archive.sha256()) && e.getMessage().contains("--from"), e.getMessage());
        assertTrue(Files.exists(into.resolve("set.tar.gz.part.wrong")));
        nothingButParts();
        served = good;
        fetch(archive);
        assertTrue(Files.exists(into.resolve("set/a.bin")));
    }

    @Test
    void tooManyBytesAreRefused() throws Exception {
        byte[] good = tar("set/a.bin");
        Archive archive = archive(good);
        served = java.util.Arrays.copyOf(good, good.length + 500_000);
        assertThrows(DataException.class, () -> fetch(archive));
        nothingButParts();
    }

    @Test
    void aMissingFileIsSaid() throws Exception {
        Archive archive = archive(tar("set/a.bin"));
        status = 404;
        DataException e = assertThrows(DataException.class, () -> fetch(archive));
        assertTrue(e.getMessage().contains("404"), e.getMessage());
    }

    @Test
    void aFileOfTheUsersIsCheckedAndKept() throws Exception {
        byte[] good = tar("set/a.bin");
        Archive archive = archive(good);
        Path file = Files.write(into.resolve("mine.tgz"), good);
        Fetch.fetch(archive, file.toString(), into, (_, _) -> {});
        assertTrue(Files.exists(file));
        assertTrue(Files.exists(into.resolve("set/a.bin")));
        assertEquals(List.of(), ranges);
    }

    @Test
    void harmfulArchivesAreRefused() throws Exception {
        for (String name : List.of("../evil", "set/../../evil", "/tmp/imagespace-evil")) {
            Archive archive = archive(tar("set/a.bin", name));
            assertThrows(DataException.class, () -> fetch(archive), name);
            nothingButParts();
            assertFalse(Files.exists(into.resolveSibling("evil")));
            assertFalse(Files.exists(Path.of("/tmp/imagespace-evil")));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            TarArchiveEntry link = new TarArchiveEntry("set/link", TarConstants.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        Archive archive = archive(bytes.toByteArray());
        DataException e = assertThrows(DataException.class, () -> fetch(archive));
        assertTrue(e.getMessage().contains("link"), e.getMessage());
        nothingButParts();
    }

    @Test
    void theManifestInTheJarIsTheOfficialOne() {
        assertEquals(170_052_171, Archive.cifar10().bytes());
        assertEquals(Corpora.CIFAR10_FOLDER, Archive.cifar10().folder());
    }
}
