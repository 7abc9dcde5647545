package imagespace.experiment;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The runs of an experiment that have ended, in {@code DIR/ledger.jsonl}: one JSON line each, on the disk before
 * {@link #append} returns. It is what makes an experiment resumable: a finished run is looked up by the hash of its
 * configuration and never repeated, a failed one is.
 *
 * <p>A line counts once its newline is there. If a process dies while it writes, the rest of its last line is moved to
 * {@code ledger.torn} at the next start. Damage elsewhere is an error, never skipped. A ledger has one user at a time.
 */
public final class Ledger implements AutoCloseable {
    /** Name of the file in the output folder. */
    public static final String FILE = "ledger.jsonl";
    /** Where a torn last line goes. */
    public static final String TORN = "ledger.torn";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * Locked as long as the ledger is open. A file of its own: POSIX drops a process's lock as soon as the process closes
     * the file in any other place, and the ledger itself may be read anywhere.
     */
    private static final String LOCK = "ledger.lock";

    private final FileChannel lock;
    private final FileChannel channel;
    private final List<LedgerEntry> entries = new ArrayList<>();

    /**
     * Opens the ledger of an output folder, or starts one.
     *
     * @param folder made if it is missing
     * @param warn is told, in one line, if a torn last line was set aside
     * @throws LedgerException if another process holds it, or a line before the last one is damaged
     */
    public static Ledger open(Path folder, Consumer<String> warn) throws IOException, LedgerException {
        Files.createDirectories(folder);
        FileChannel lock = lock(folder);
        try {
            return new Ledger(lock, folder, warn);
        } catch (IOException | LedgerException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /**
     * The runs in the ledger of a folder, in the order in which they ended. Reads only: takes no lock and changes nothing,
     * so that it may look on while an experiment is running; a torn last line is passed over.
     *
     * @throws IOException if there is no ledger, or it cannot be read
     * @throws LedgerException if a line before the last one is damaged
     */
    public static List<LedgerEntry> read(Path folder) throws IOException, LedgerException {
        Path file = folder.resolve(FILE);
        List<LedgerEntry> entries = new ArrayList<>();
        parse(Files.readAllBytes(file), entries, file);
        return List.copyOf(entries);
    }

    private static FileChannel lock(Path folder) throws IOException, LedgerException {
        FileChannel lock = FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean held;
        try {
            held = lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            held = false; // by this very process
        }
        if (!held) {
            lock.close();
            throw new LedgerException(
                    "another process is writing to " + folder + "; wait for it to end, or give another --out");
        }
        return lock;
    }

    /** Reads what is there and opens the file for more. */
    private Ledger(FileChannel lock, Path folder, Consumer<String> warn) throws IOException, LedgerException {
        Path file = folder.resolve(FILE);
        byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        int good = parse(bytes, entries, file);
        if (good < bytes.length) {
            setAside(Arrays.copyOfRange(bytes, good, bytes.length), folder.resolve(TORN));
            warn.accept("the last line of " + file + " is torn: moved to " + TORN + ", its run will be repeated");
        }
        this.lock = lock;
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(good);
        channel.position(good);
        channel.force(true);
    }

    /** Adds the good lines to {@code entries} and returns how many bytes they take; what follows is a torn last line. */
    private static int parse(byte[] bytes, List<LedgerEntry> entries, Path file) throws LedgerException {
        int start = 0;
        for (int line = 1; start < bytes.length; line++) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            if (end == bytes.length) {
                return start;
            }
            try {
                entries.add(entry(new String(bytes, start, end - start, StandardCharsets.UTF_8)));
            } catch (JacksonException | IllegalArgumentException e) {
                if (end + 1 == bytes.length) {
                    return start;
                }
                throw new LedgerException(file + ", line " + line + " is damaged; restore it from a copy, "
                        + "or delete the line to have its run repeated");
            }
            start = end + 1;
        }
        return start;
    }

    private static LedgerEntry entry(String line) throws JacksonException {
        LedgerEntry entry = JSON.readValue(line, LedgerEntry.class);
        if (entry == null
                || Stream.of(
                                entry.experiment(),
                                entry.cell(),
                                entry.status(),
                                entry.metrics(),
                                entry.configuration(),
                                entry.data(),
                                entry.backend(),
                                entry.device(),
                                entry.machine(),
                                entry.version(),
                                entry.time())
                        .anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("incomplete");
        }
        if (!entry.configuration().hash().equals(entry.hash())) {
            throw new IllegalArgumentException("the configuration does not have this hash");
        }
        return entry;
    }

    private static void setAside(byte[] torn, Path to) throws IOException {
        try (FileChannel out =
                FileChannel.open(to, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            write(out, torn);
            write(out, new byte[] {'\n'});
        }
    }

    /** Adds a run. When this returns, it is on the disk; if it throws, the file is as before, or nothing more is written to it. */
    public synchronized void append(LedgerEntry entry) throws IOException {
        long end = channel.position();
        try {
            write(channel, (JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            takeBack(end, e);
            throw e;
        }
        entries.add(entry);
    }

    /** The rest of a line that could not be written must not become the beginning of another run's. */
    private void takeBack(long end, IOException why) {
        try {
            channel.truncate(end);
            channel.position(end);
        } catch (IOException e) {
            why.addSuppressed(e);
            try {
                channel.close();
            } catch (IOException more) {
                why.addSuppressed(more);
            }
        }
    }

    private static void write(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        channel.force(true);
    }

    /** The finished run with a configuration, if there is one. */
    public synchronized Optional<LedgerEntry> finished(Configuration configuration) {
        String hash = configuration.hash();
        return entries.stream()
                .filter(entry -> entry.finished() && entry.hash().equals(hash))
                .findFirst();
    }

    /** All runs, in the order in which they ended. */
    public synchronized List<LedgerEntry> entries() {
        return List.copyOf(entries);
    }

    /** Lets go of the file. */
    @Override
    public synchronized void close() throws IOException {
        channel.close();
        lock.close();
    }
}
