package imagespace.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Backend;
import imagespace.backend.cpu.CpuBackend;
import imagespace.nn.Architecture;
import imagespace.nn.Nets;
import imagespace.nn.Network;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models come back from their files bit for bit, or are refused in one line. */
class SavedModelTest {
    @TempDir
    Path folder;

    private static List<Architecture> architectures() {
        return List.of(
                Nets.mixed(.5f, 5),
                Architecture.keras(32, 32, 3, 10),
                Architecture.named("allconv/4", 32, 32, 3, 11),
                Nets.smallAllconv(3));
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "class \"" + i + "\" é").toList();
    }

    private static SavedModel model(Architecture architecture) {
        try (Backend backend = new CpuBackend(1)) {
            Network network = new Network(backend, architecture, 1, 3);
            return SavedModel.of(
                    backend, network, names(network.classes()), new TreeMap<>(Map.of("seed", "3", "data", "test")));
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void aModelComesBackBitForBit(Architecture architecture) throws Exception {
        Path file = folder.resolve("model.safetensors");
        SavedModel model = model(architecture);
        model.write(file);
        SavedModel read = SavedModel.read(file);
        assertEquals(model.architecture(), read.architecture());
        assertEquals(model.classNames(), read.classNames());
        assertEquals(model.origin(), read.origin());
        assertArrayEquals(model.parameters(), read.parameters());
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count(), "nothing else is left behind");
        }
        try (Backend backend = new CpuBackend(1)) {
            float[] loaded = new float[model.parameters().length];
            backend.read(read.network(backend, 2).parameters(), loaded, loaded.length);
            assertArrayEquals(model.parameters(), loaded);
        }
    }

    @Test
    void namesAndShapesCoverAllParameters() {
        int next = 0;
        for (Network.Block block : Network.layout(Architecture.keras(32, 32, 3, 10))) {
            assertEquals(next, block.offset(), block.name());
            next += block.size();
        }
        assertEquals(model(Architecture.keras(32, 32, 3, 10)).parameters().length, next);
        assertArrayEquals(
                new int[] {3, 3, 3, 32},
                Network.layout(Architecture.keras(32, 32, 3, 10)).getFirst().shape());
    }

    private void refused(byte[] bytes, String what) throws Exception {
        Path file = folder.resolve("damaged.safetensors");
        Files.write(file, bytes);
        ModelException e = assertThrows(ModelException.class, () -> SavedModel.read(file), what);
        assertTrue(e.getMessage().startsWith(file.toString()) && e.getMessage().contains("; "), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    /** Of a header only blanks may change: between names and values, or at its end. */
    private void refusedOrUnchanged(byte[] bytes, SavedModel whole) throws Exception {
        Path file = folder.resolve("damaged.safetensors");
        Files.write(file, bytes);
        try {
            SavedModel read = SavedModel.read(file);
            assertEquals(whole.architecture(), read.architecture());
            assertEquals(whole.classNames(), read.classNames());
            assertEquals(whole.origin(), read.origin());
            assertArrayEquals(whole.parameters(), read.parameters());
        } catch (ModelException e) {
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
        }
    }

    @Test
    void everyDamageIsRefused() throws Exception {
        Path file = folder.resolve("model.safetensors");
        model(Nets.mixed(.5f, 5)).write(file);
        byte[] good = Files.readAllBytes(file);
        for (int length = 0; length < good.length; length += 97) {
            refused(Arrays.copyOf(good, length), "cut to " + length);
        }
        refused(Arrays.copyOf(good, good.length + 1), "one byte more");
        Random random = new Random(1);
        int headerEnd =
                8 + (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        for (int i = 0; i < 200; i++) {
            byte[] bad = good.clone();
            int at = headerEnd + random.nextInt(good.length - headerEnd);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            refused(bad, "a bit of weight byte " + at);
        }
        for (int i = 0; i < 2000; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(headerEnd)] = (byte) random.nextInt(256);
            refusedOrUnchanged(bad, SavedModel.read(file));
        }
        refused("not a model at all, but long enough to be read".getBytes(StandardCharsets.UTF_8), "a text");
    }

    @Test
    void aWeightThatIsNoNumberIsRefused() throws Exception {
        SavedModel model = model(Nets.mixed(.5f, 5));
        model.parameters()[17] = Float.NaN;
        Path file = folder.resolve("nan.safetensors");
        model.write(file);
        ModelException e = assertThrows(ModelException.class, () -> SavedModel.read(file));
        assertTrue(e.getMessage().contains("a weight of NaN"), e.getMessage());
    }
}
