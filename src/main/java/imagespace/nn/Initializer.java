package imagespace.nn;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;

/** How weights start. Weight i of the whole network is drawn with index i, so every backend starts with the same. */
public enum Initializer {
    /** Uniform in +-sqrt(6 / (fan-in + fan-out)): Glorot and Bengio, 2010. */
    GLOROT_UNIFORM,
    /** Normal with standard deviation sqrt(2 / fan-in): He et al., 2015. */
    HE_NORMAL,
    /** Normal with standard deviation 1 / sqrt(fan-in): CleverHans 3.0.1's CIFAR-10 tutorial. */
    CLEVERHANS;

    /**
     * Fills {@code weights[from .. from + count)}.
     *
     * @param fanIn inputs of one output (kernel area times input channels)
     * @param fanOut outputs of one input (kernel area times output channels)
     */
    void fill(float[] weights, int from, int count, int fanIn, int fanOut, long seed) {
        for (int i = from; i < from + count; i++) {
            weights[i] = switch (this) {
                case GLOROT_UNIFORM -> {
                    double limit = Math.sqrt(6.0 / (fanIn + fanOut));
                    yield (float) (limit * (2 * Philox.uniform(seed, RandomStream.WEIGHTS, i) - 1));
                }
                case HE_NORMAL -> (float) (Math.sqrt(2.0 / fanIn) * Philox.gaussian(seed, RandomStream.WEIGHTS, i));
                case CLEVERHANS -> (float) (Math.sqrt(1.0 / fanIn) * Philox.gaussian(seed, RandomStream.WEIGHTS, i));
            };
        }
    }
}
