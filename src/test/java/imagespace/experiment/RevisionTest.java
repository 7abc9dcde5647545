package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Dataset;
import imagespace.data.Scenes;
import imagespace.nn.Architecture;
import imagespace.optim.Optimizer;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A ledger or a checkpoint is gone on with only by a program that gives the same bits. They do not depend on the length of
 * vectors either: this test is run with all three.
 */
class RevisionTest {
    private static final int STEPS = 3;

    @ParameterizedTest
    @CsvSource({
        "keras, 128, 0, b6cdf460708dcfb2",
        "allconv/32, 128, 0.1, c5ddafc851d8024c",
        "allconv/32, 5, 0.1, 6c8a9f64dd4e319c" // most of whose convolutions have few tiles
    })
    void otherBitsNeedAnotherRevision(String network, int batch, float smoothing, String digestOfThisRevision)
            throws Exception {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "exp and log of other processors may differ");
        Dataset train = Scenes.corpus().train();
        TrainingConfig config = new TrainingConfig(1, batch, Optimizer.adam(1e-3f), smoothing, Augmentation.NONE, 1);
        try (Backend backend = new CpuBackend(2)) {
            Training training = new Training(
                    backend,
                    Architecture.named(
                            network,
                            train.images().height(),
                            train.images().width(),
                            train.images().channels(),
                            train.classes()),
                    train,
                    config);
            for (int step = 0; step < STEPS; step++) {
                training.step(step * batch, batch);
            }
            float[] parameters = new float[training.network().parameters().size()];
            backend.read(training.network().parameters(), parameters, parameters.length);
            ByteBuffer bytes = ByteBuffer.allocate(parameters.length * Float.BYTES);
            bytes.asFloatBuffer().put(parameters);
            String digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()))
                    .substring(0, 16);
            assertEquals(
                    digestOfThisRevision,
                    digest,
                    "the same steps give other bits than before: raise Configuration.REVISION, and put the new digest here");
        }
    }
}
