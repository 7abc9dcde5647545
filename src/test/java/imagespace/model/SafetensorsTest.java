package imagespace.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Backend;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Corpus;
import imagespace.data.Scenes;
import imagespace.model.Safetensors.Values;
import imagespace.nn.Architecture;
import imagespace.train.Progress;
import imagespace.train.SampleHistory;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of tensors: those of others are read, damaged ones are refused with the reason. */
class SafetensorsTest {
    @TempDir
    Path folder;

    private Path file(String header, int dataBytes) throws Exception {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length).put(json);
        Path file = folder.resolve("made by hand");
        Files.write(file, bytes.array());
        return file;
    }

    @Test
    void aFileOfAnotherProgramIsReadWithoutChecksum() throws Exception {
        Safetensors read = Safetensors.read(file(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[0,8]},\"__metadata__\":{\"k\":\"v\"}}",
                8));
        assertArrayEquals(new float[2], read.tensor("a").floats());
        assertEquals(Map.of("k", "v"), read.metadata());
        assertThrows(ModelException.class, () -> read.tensor("b"));
        assertThrows(ModelException.class, () -> read.tensor("a").doubles());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | its tensors take 8 bytes, the file has 9",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | does not lie within the file",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9]}} | does not lie within the file",
                "{'a':{'dtype':'F32','shape':[-1,-2],'data_offsets':[0,8]}} | has a shape of [-1,-2]",
                "{'a':{'dtype':'F32','shape':[99999999999],'data_offsets':[0,8]}} | has a shape of [99999999999]",
                "{'a':{'dtype':'F32','shape':[2000000000,2000000000,2000000000],'data_offsets':[0,8]}} | makes no sense",
                "{'a':{'dtype':'BF16','shape':[4],'data_offsets':[0,8]}} | is of type 'BF16'",
                "{'a':7} | is of type ''",
                "[] | its tensors take 0 bytes",
                "{'a' | makes no sense"
            })
    void whatDoesNotFitIsRefused(String header, String reason) throws Exception {
        Path file = file(header.strip().replace('\'', '"'), 9);
        ModelException e = assertThrows(ModelException.class, () -> Safetensors.read(file));
        assertTrue(e.getMessage().contains(reason.strip()), e.getMessage());
    }

    @Test
    void aChangedBitIsFoundWhereverItIs() throws Exception {
        Path file = folder.resolve("file");
        new Safetensors(
                        new TreeMap<>(Map.of("key", "text", "other", "é")),
                        new TreeMap<>(Map.of("x", Values.of(new float[] {1, 2, 3}, 3), "y", Values.of(new int[] {4}))))
                .write(file);
        byte[] good = Files.readAllBytes(file);
        Safetensors whole = Safetensors.read(file);
        // without the name of its checksum it is a file of another program
        int name = new String(good, StandardCharsets.ISO_8859_1).indexOf(Safetensors.CHECKSUM);
        int blanks = 0;
        for (int at = 0; at < good.length; at++) {
            if (at >= name && at < name + Safetensors.CHECKSUM.length()) {
                continue;
            }
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(file, bad);
            try {
                Safetensors read = Safetensors.read(file);
                assertEquals(' ', good[at], "byte " + at + " went unnoticed");
                assertEquals(whole.metadata(), read.metadata());
                blanks++;
            } catch (ModelException e) {
                assertTrue(e.getMessage().length() > 10, e.getMessage());
            }
        }
        assertTrue(blanks < 8, "blanks that fill the header: " + blanks);
    }

    @Test
    void aDamagedCheckpointOrHistoryIsNamedWithWhatToDo() throws Exception {
        Corpus corpus = Scenes.corpus(1, 20, 10);
        Architecture net = Architecture.named("allconv/2", 32, 32, 3, 10);
        SampleHistory history =
                new SampleHistory(corpus.train().ids(), corpus.train().labels());
        Path checkpoint = folder.resolve("checkpoint");
        Path statistics = folder.resolve("statistics");
        try (Backend backend = new CpuBackend(1)) {
            LongTraining training = new LongTraining(
                    new Training(backend, net, corpus.train(), TrainingConfig.plain(2, 10, 1)),
                    checkpoint,
                    "key",
                    Duration.ZERO,
                    new TreeMap<>(Map.of("train", history)));
            training.training().record(history);
            training.epoch(Progress.SILENT);
            training.checkpoint();
            Histories.write(statistics, "key", Map.of("train", history));
            for (Path file : new Path[] {checkpoint, statistics}) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length - 1] ^= 1;
                Files.write(file, bytes);
            }
            ModelException e = assertThrows(
                    ModelException.class,
                    () -> new LongTraining(
                            new Training(backend, net, corpus.train(), TrainingConfig.plain(2, 10, 1)),
                            checkpoint,
                            "key",
                            Duration.ZERO,
                            new TreeMap<>()));
            assertTrue(e.getMessage().contains(checkpoint + " cannot be used"), e.getMessage());
            assertTrue(e.getMessage().endsWith("; delete it to train from the start"), e.getMessage());
        }
        ModelException e =
                assertThrows(ModelException.class, () -> Histories.read(statistics, "key", Map.of("train", history)));
        assertTrue(e.getMessage().contains(statistics + " cannot be used"), e.getMessage());
    }
}
