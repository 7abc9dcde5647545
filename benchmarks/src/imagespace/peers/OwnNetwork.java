package imagespace.peers;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.cpu.CpuBackend;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.nn.Architecture;
import imagespace.optim.Optimizer;
import imagespace.train.Training;
import imagespace.train.TrainingConfig;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Ours, on all cores. */
final class OwnNetwork implements Steps {
    private static final int CLASSES = 10;

    private final Backend backend = new CpuBackend(0);
    private final Training training;
    private final int batch;

    OwnNetwork(String name, int batch) {
        this.batch = batch;
        byte[] pixels = new byte[batch * 32 * 32 * 3];
        new Random(1).nextBytes(pixels);
        int[] labels = IntStream.range(0, batch).map(i -> i % CLASSES).toArray();
        List<String> names =
                IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList();
        Dataset data = Dataset.of(new Images(pixels, 32, 32, 3), labels, names);
        TrainingConfig config = new TrainingConfig(1, batch, Optimizer.adam(1e-3f), 0.1f, Augmentation.NONE, 1);
        training = new Training(backend, Architecture.named(name, 32, 32, 3, CLASSES), data, config);
    }

    @Override
    public void train() {
        training.step(0, batch);
    }

    @Override
    public void infer() {
        training.network().forward(batch, false, 0);
    }

    @Override
    public void close() {
        backend.close();
    }
}
