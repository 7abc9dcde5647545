package imagespace.train;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.Tensor;
import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.nn.Network;
import java.util.IdentityHashMap;
import java.util.Map;

/** Classifies samples with a network as it stands: dropout off, no augmentation. */
public final class Predictor {
    private final Backend backend;
    private final Network network;
    private final int batch;
    private final long noiseSeed;
    private final Map<Images, Pixels> uploaded = new IdentityHashMap<>();
    private final Tensor probabilities;
    private final float[] read;

    /**
     * @param batch largest batch, at most the network's room
     * @param noiseSeed of the noise samples, where there are any
     */
    public Predictor(Backend backend, Network network, int batch, long noiseSeed) {
        this.backend = backend;
        this.network = network;
        this.batch = batch;
        this.noiseSeed = noiseSeed;
        probabilities = backend.tensor(batch, network.classes());
        read = new float[batch * network.classes()];
    }

    /** Says of each sample which class it takes it for, and how surely. */
    public Predictions predict(Dataset samples, Progress progress) {
        Pixels source = pixels(samples.images());
        int[] predicted = new int[samples.size()];
        float[] maximum = new float[samples.size()];
        float[] ofLabel = new float[samples.size()];
        int classes = network.classes();
        for (int from = 0; from < samples.size(); from += batch) {
            int first = from;
            int n = Math.min(batch, samples.size() - from);
            Runnable classify = () -> classify(source, samples.ids(), first, n);
            if (n == batch) {
                backend.repeat(source, classify);
            } else {
                classify.run();
            }
            backend.read(probabilities, read, n * classes);
            for (int i = 0; i < n; i++) {
                int best = Predictions.largest(read, i * classes, classes);
                predicted[from + i] = best;
                maximum[from + i] = read[i * classes + best];
                ofLabel[from + i] = read[i * classes + samples.labels()[from + i]];
            }
            progress.advance(n);
        }
        return new Predictions(samples.ids(), samples.labels(), predicted, maximum, ofLabel);
    }

    private void classify(Pixels source, int[] ids, int from, int n) {
        backend.assemble(network.input(), source, ids, from, Augmentation.NONE, noiseSeed, 0, n);
        network.forward(n, false, 0);
        backend.softmax(probabilities, network.logits(), network.classes(), n);
    }

    /** The images on the device, brought there once. */
    Pixels pixels(Images images) {
        return uploaded.computeIfAbsent(images, i -> backend.upload(i.pixels(), i.height(), i.width(), i.channels()));
    }
}
