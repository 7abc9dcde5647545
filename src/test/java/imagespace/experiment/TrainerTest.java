package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.backend.Backend;
import imagespace.backend.Backends;
import imagespace.data.Corpus;
import imagespace.model.LongTraining;
import imagespace.train.Progress;
import imagespace.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints outlive their trainings until the ledger holds the run, each under a name of its own. */
class TrainerTest {
    private static final Corpus DATA = Thirds.corpus();

    @TempDir
    Path folder;

    private static Configuration configuration(int number) {
        return new Configuration(new TreeMap<>(Map.of("number", number)));
    }

    private static LongTraining start(Trainer trainer, int number, String part) throws Exception {
        TrainingConfig config = TrainingConfig.plain(2, 32, 1);
        return trainer.start("allconv/1", DATA.train(), config, configuration(number), part, new TreeMap<>());
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(folder.resolve("checkpoints"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void partsOfARunAreKeptApartAndGoTogether() throws Exception {
        try (Backend backend = Backends.open("cpu", 2)) {
            Trainer trainer = new Trainer(backend, folder, Duration.ZERO);
            trainer.discard(configuration(1)); // there is no folder yet
            LongTraining main = start(trainer, 1, "main");
            while (!main.done()) {
                main.epoch(Progress.SILENT);
                main.checkpoint();
            }
            LongTraining router = start(trainer, 1, "router");
            assertEquals(0, router.training().epoch(), "a part of its own");
            router.epoch(Progress.SILENT);
            router.checkpoint();
            LongTraining other = start(trainer, 2, "");
            other.epoch(Progress.SILENT);
            other.checkpoint();

            assertTrue(start(trainer, 1, "main").done(), "killed in the second part, the first one is not lost");
            assertEquals(1, start(trainer, 1, "router").training().epoch());
            String half = configuration(1).hash().substring(0, 16) + "router.safetensors.part";
            Files.writeString(folder.resolve("checkpoints").resolve(half), "left by a kill");
            assertEquals(4, files().size());

            trainer.discard(configuration(1));
            assertEquals(List.of(configuration(2).hash().substring(0, 16) + ".safetensors"), files());
            assertFalse(start(trainer, 1, "main").done());
        }
    }
}
