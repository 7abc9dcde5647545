package imagespace.train;

import imagespace.backend.Backend;
import imagespace.data.Dataset;
import imagespace.nn.Architecture;

/** Stub: signatures only, body follows. */
public final class Training {
    public Training(Backend backend, Architecture architecture, Dataset data, TrainingConfig config) {}

    /** Whether all epochs are done. */
    public boolean done() {
        throw new UnsupportedOperationException();
    }

    /** Trains one epoch. */
    public EpochSummary epoch(Progress progress) throws DivergedException {
        throw new UnsupportedOperationException();
    }

    /** Predicts with dropout off. Data may have fewer label names than the network has outputs. */
    public Predictions predict(Dataset data, Progress progress) {
        throw new UnsupportedOperationException();
    }
}
