package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import imagespace.data.Fetch.Fetched;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Downloads from a server on this machine: whole, broken, resumed, silent and wrong. */
class FetchTest {
    private static final String FOLDER = "set";
    private static final String PART = FOLDER + ".tar.gz.part";

    @TempDir
    Path into;

    private HttpServer server;
    private ExecutorService threads;
    private byte[] served;
    private Archive archive;
    private final List<String> ranges = new ArrayList<>();
    private final List<Long> progress = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);

    /** How the server behaves. */
    private boolean honoursRange = true;

    private boolean tellsLength = true;
    private boolean fallsSilent;
    private int rangeShift;
    private int breakAfter = Integer.MAX_VALUE;
    private int status = 200;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        served = Tarballs.of("set/a.bin");
        Path file = Files.write(into.resolve("digest"), served);
        URI url = URI.create("http://localhost:" + server.getAddress().getPort() + "/set.tar.gz");
        archive = new Archive(url, served.length, Download.digest(file), FOLDER, Map.of("a.bin", (long) Tarballs.SIZE));
        Files.delete(file);
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
        threads.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            ranges.add(range == null ? "" : range);
            int from = 0;
            int code = status;
            if (range != null && honoursRange) {
                from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1)) + rangeShift;
                code = from < served.length ? 206 : 416;
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (served.length - 1) + "/" + served.length);
            }
            if (code >= 400) {
                exchange.sendResponseHeaders(code, -1);
                return;
            }
            exchange.sendResponseHeaders(code, tellsLength ? served.length - from : 0);
            exchange.getResponseBody().write(served, from, Math.min(breakAfter, served.length - from));
            exchange.getResponseBody().flush();
            if (fallsSilent) {
                end.await();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private Fetched fetch() throws DataException {
        return Fetch.fetch(archive, null, into, (bytes, _) -> progress.add(bytes));
    }

    private String fails() {
        String message = assertThrows(DataException.class, this::fetch).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertFalse(Files.exists(into.resolve(FOLDER)));
        return message;
    }

    private void holds(String... names) throws IOException {
        try (Stream<Path> left = Files.list(into)) {
            assertEquals(
                    List.of(names),
                    left.map(path -> path.getFileName().toString()).sorted().toList());
        }
    }

    private void succeeds() throws Exception {
        assertFalse(fetch().wasThere());
        assertArrayEquals(Tarballs.content("set/a.bin"), Files.readAllBytes(into.resolve("set/a.bin")));
    }

    @Test
    void wholeThenThereAlready() throws Exception {
        succeeds();
        assertTrue(fetch().wasThere());
        assertEquals(List.of(""), ranges);
        assertEquals(0, progress.getFirst());
        assertEquals(served.length, progress.getLast());
        holds(FOLDER);
    }

    @Test
    void aFolderThatIsNotWholeIsNoDataSet() throws Exception {
        Path file = Files.createDirectory(into.resolve(FOLDER)).resolve("a.bin");
        assertTrue(assertThrows(DataException.class, this::fetch).getMessage().contains("a.bin is missing"));
        Files.write(file, new byte[17]);
        String message = assertThrows(DataException.class, this::fetch).getMessage();
        assertTrue(message.contains("a.bin has 17 bytes instead of 100000"), message);
        assertEquals(List.of(), ranges);
        assertEquals(17, Files.size(file), "what the user has is not touched");
    }

    @Test
    void aBrokenDownloadGoesOnWhereItBroke() throws Exception {
        breakAfter = 40_000;
        String message = fails();
        assertTrue(message.contains("broke off") && message.contains("again"), message);
        long there = Files.size(into.resolve(PART));
        assertTrue(there > 0 && there <= 40_000, there + " bytes were kept");
        holds(PART);
        breakAfter = Integer.MAX_VALUE;
        progress.clear();
        succeeds();
        assertEquals(List.of("", "bytes=" + there + "-"), ranges);
        assertEquals(there, progress.getFirst());
        holds(FOLDER);
    }

    @Test
    void aDownloadThatWasWholeIsNotRepeated() throws Exception {
        Files.write(into.resolve(PART), served);
        succeeds();
        assertEquals(List.of(), ranges);
    }

    @Test
    void aServerWithoutRangesIsReadFromTheStart() throws Exception {
        Files.write(into.resolve(PART), new byte[1000]);
        honoursRange = false;
        succeeds();
        assertEquals(List.of("bytes=1000-"), ranges);
    }

    @Test
    void aServerThatBeginsElsewhereIsAskedForTheWhole() throws Exception {
        Files.write(into.resolve(PART), Arrays.copyOf(served, 1000));
        rangeShift = 5;
        succeeds();
        assertEquals(List.of("bytes=1000-", ""), ranges);
    }

    @Test
    void aServerWithoutTheRangeIsAskedForTheWhole() throws Exception {
        Files.write(into.resolve(PART), Arrays.copyOf(served, 1000));
        rangeShift = 1_000_000;
        succeeds();
        assertEquals(List.of("bytes=1000-", ""), ranges);
    }

    @Test
    void wrongContentIsSetAside() throws Exception {
        byte[] good = served;
        served = good.clone();
        served[served.length / 2]++;
        Path file = Files.write(into.resolve("wrong"), served);
        String digest = Download.digest(file);
        Files.delete(file);
        String message = fails();
        assertTrue(message.contains(archive.sha256()) && message.contains(digest), message);
        assertTrue(message.contains("--from"), message);
        holds(PART + ".wrong");
        served = good;
        succeeds();
    }

    @Test
    void anotherSizeIsRefusedBeforeItComes() throws Exception {
        for (int size : new int[] {1, served.length - 1, served.length + 1}) {
            served = Arrays.copyOf(served, size);
            String message = fails();
            assertTrue(message.contains("has " + size + " bytes, but"), message);
            holds();
        }
    }

    @Test
    void tooManyBytesOfAnUnknownNumberAreSetAside() throws Exception {
        served = Arrays.copyOf(served, served.length + 5_000_000);
        tellsLength = false;
        String message = fails();
        assertTrue(message.contains("should have " + archive.bytes()), message);
        holds(PART + ".wrong");
        assertTrue(Files.size(into.resolve(PART + ".wrong")) < archive.bytes() + 200_000, "it should stop early");
    }

    @Test
    void tooFewBytesOfAnUnknownNumberAreSaid() throws Exception {
        served = Arrays.copyOf(served, 500);
        tellsLength = false;
        assertTrue(fails().contains("ended after 500 of " + archive.bytes() + " bytes"));
    }

    @Test
    void aMissingFileIsSaid() throws Exception {
        status = 404;
        String message = fails();
        assertTrue(message.contains("404") && message.contains("--from"), message);
        holds();
    }

    @Test
    void aServerThatFallsSilentIsLeft() throws Exception {
        fallsSilent = true;
        breakAfter = 10_000;
        Path part = into.resolve(PART);
        Download download = new Download(archive, (_, _) -> {}, Duration.ofMillis(300));
        DataException e = assertThrows(DataException.class, () -> download.to(part, archive.url()));
        assertTrue(e.getMessage().contains("nothing came for"), e.getMessage());
        assertEquals(10_000, Files.size(part));
    }

    @Test
    void aServerThatIsNotThereIsSaid() throws Exception {
        server.stop(0);
        String message = fails();
        assertTrue(message.contains("takes no connection") && message.contains("--from"), message);
        DataException e = assertThrows(
                DataException.class, () -> Fetch.fetch(archive, "http://no-such-host.invalid/x", into, (_, _) -> {}));
        assertTrue(e.getMessage().contains("no-such-host.invalid"), e.getMessage());
        for (String bad : List.of("http:///x", "http://a b", "https:x", "file:x", "nowhere.tgz", "\0")) {
            assertThrows(DataException.class, () -> Fetch.fetch(archive, bad, into, (_, _) -> {}), bad);
        }
        holds();
    }

    @Test
    void aFileOfTheUsersIsCheckedAndKept() throws Exception {
        Path wrong = Files.write(into.resolve("wrong.tgz"), new byte[17]);
        DataException e =
                assertThrows(DataException.class, () -> Fetch.fetch(archive, wrong.toString(), into, (_, _) -> {}));
        assertTrue(e.getMessage().contains("has 17 bytes"), e.getMessage());
        holds("wrong.tgz");
        Path file = Files.write(into.resolve("mine.tgz"), served);
        Fetch.fetch(archive, file.toUri().toString(), into, (_, _) -> {});
        holds("mine.tgz", FOLDER, "wrong.tgz");
        assertEquals(List.of(), ranges);
    }

    @Test
    void twoAtATimeKeepOutOfEachOthersWay() throws Exception {
        try (FileChannel other = FileChannel.open(
                        into.resolve(".set.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = other.lock()) {
            assertTrue(fails().contains("another process"));
            assertEquals(List.of(), ranges);
        }
        succeeds();
        holds(FOLDER);
    }

    @Test
    void theManifestInTheJarIsTheOfficialOne() {
        Archive official = Archive.cifar10();
        assertEquals(170_052_171, official.bytes());
        assertEquals("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", official.sha256());
        assertEquals(Corpora.CIFAR10_FOLDER, official.folder());
        assertEquals(6, official.files().size());
        assertTrue(official.files().values().stream().allMatch(size -> size == 10_000 * 3073));
    }
}
