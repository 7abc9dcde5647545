package imagespace.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that mean harm, and what is left when unpacking ends early. */
class UnpackingTest {
    private static final Archive ARCHIVE =
            new Archive(URI.create("http://localhost/"), 0, "", "set", Map.of("a.bin", (long) Tarballs.SIZE));

    @TempDir
    Path folder;

    private void refused(byte[] tarball, String says) throws IOException {
        Path into = Files.createDirectories(folder.resolve("deep/into"));
        Path file = Files.write(folder.resolve("x.tar.gz"), tarball);
        DataException e = assertThrows(DataException.class, () -> Unpacking.unpack(ARCHIVE, file, into));
        assertTrue(e.getMessage().contains(says), e.getMessage());
        try (Stream<Path> all = Files.walk(folder)) {
            assertEquals(
                    List.of(folder, folder.resolve("deep"), into, file),
                    all.sorted().toList(),
                    "something was written");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "set/../../evil", "../../evil", "/ROOT/evil", "set/../../../../evil"})
    void namesThatLeadOutAreRefused(String name) throws IOException {
        refused(Tarballs.of("set/a.bin", name.replace("/ROOT", folder.toString())), "outside its folder");
    }

    @ParameterizedTest
    @CsvSource({
        "symbolic link, 2, /etc/passwd",
        "symbolic link inside, 2, a.bin",
        "hard link, 1, set/a.bin",
        "device, 3, ''",
        "pipe, 6, ''"
    })
    void linksAndDevicesAreRefused(String what, char type, String link) throws IOException {
        refused(Tarballs.special("set/link", (byte) type, link), "link or device");
    }

    @Test
    void moreThanTheMostIsRefused() throws Exception {
        Path file = Files.write(folder.resolve("x.tar.gz"), Tarballs.of("set/a.bin", "set/b.bin"));
        Path work = Files.createDirectory(folder.resolve("work"));
        Unpacking.extract(file, work, 2 * Tarballs.SIZE);
        assertArrayEquals(Tarballs.content("set/b.bin"), Files.readAllBytes(work.resolve("set/b.bin")));

        Path small = Files.createDirectory(folder.resolve("small"));
        DataException e =
                assertThrows(DataException.class, () -> Unpacking.extract(file, small, 2 * Tarballs.SIZE - 1));
        assertTrue(e.getMessage().contains("more than 199999 bytes"), e.getMessage());
        assertTrue(Files.size(small.resolve("set/b.bin")) < Tarballs.SIZE);
    }

    @Test
    void anArchiveOfOtherFilesIsRefused() throws IOException {
        refused(Tarballs.of("set/b.bin"), "a.bin is missing");
        refused(Tarballs.of("other/a.bin"), "a.bin is missing");
    }

    @Test
    void damagedArchivesAreRefused() throws IOException {
        byte[] good = Tarballs.of("set/a.bin");
        refused(new byte[0], "damaged");
        refused("<html>".repeat(100).getBytes(StandardCharsets.US_ASCII), "damaged");
        refused(Arrays.copyOf(good, good.length / 2), "damaged");
    }

    @Test
    void aKillBeforeTheMoveLeavesNothingUnderTheFinalName() throws Exception {
        Path file = Files.write(folder.resolve("x.tar.gz"), Tarballs.of("set/a.bin"));
        Path into = Files.createDirectory(folder.resolve("into"));
        Path killed = Files.createDirectory(into.resolve(".unpacking-set-1"));
        Unpacking.extract(file, killed, Long.MAX_VALUE); // all that happens before the move
        assertTrue(Files.exists(killed.resolve("set/a.bin")));
        assertTrue(Files.notExists(into.resolve("set")));

        Unpacking.unpack(ARCHIVE, file, into);
        try (Stream<Path> left = Files.list(into)) {
            assertEquals(List.of(into.resolve("set")), left.toList());
        }
        assertArrayEquals(Tarballs.content("set/a.bin"), Files.readAllBytes(into.resolve("set/a.bin")));
    }
}
