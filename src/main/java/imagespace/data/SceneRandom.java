package imagespace.data;

import imagespace.backend.Philox;
import imagespace.backend.RandomStream;

/** The random choices of one scene, in the order in which they are made. */
final class SceneRandom {
    /** Draws that one scene may use. */
    private static final long ROOM = 1 << 16;

    private final long seed;
    private long next;

    /** @param sample number of the scene, at least 0 */
    SceneRandom(long seed, long sample) {
        this.seed = seed;
        next = sample * ROOM;
    }

    /** Uniform in [low, high). */
    double between(double low, double high) {
        return low + (high - low) * Philox.uniform(seed, RandomStream.SCENES, next++);
    }

    /** True with the given probability. */
    boolean chance(double probability) {
        return between(0, 1) < probability;
    }

    /** Uniform in 0 .. bound - 1. */
    int below(int bound) {
        return Philox.below(bound, seed, RandomStream.SCENES, next++);
    }
}
