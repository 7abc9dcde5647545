package imagespace.backend;

/**
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 *
 * <p>A draw is a pure function of (seed, stream, index): there is no state to carry, any thread or GPU can compute any
 * draw, and all of them agree. Draw {@code index} is word {@code index & 3} of the block with the counter
 * {@code (index >> 2) low, (index >> 2) high, stream, 0} under the key {@code seed low, seed high}.
 */
public final class Philox {
    /** Constants of the algorithm, for kernels that compute many draws at once. */
    public static final long MULTIPLIER_0 = 0xD2511F53L;

    public static final long MULTIPLIER_1 = 0xCD9E8D57L;
    public static final int WEYL_0 = 0x9E3779B9;
    public static final int WEYL_1 = 0xBB67AE85;
    public static final int ROUNDS = 10;

    private Philox() {}

    /** Draw {@code index} of a stream: 32 uniform bits. */
    public static int bits(long seed, int stream, long index) {
        long block = index >>> 2;
        return word(seed, (int) block, (int) (block >>> 32), stream, 0, (int) (index & 3));
    }

    /** Draw {@code index} as a float in [0, 1), with 24 random bits. */
    public static float uniform(long seed, int stream, long index) {
        return (bits(seed, stream, index) >>> 8) * 0x1p-24f;
    }

    /** Draw {@code index} as an int in [0, bound). The bias, below bound / 2^32, does not matter here. */
    public static int below(int bound, long seed, int stream, long index) {
        return (int) ((Integer.toUnsignedLong(bits(seed, stream, index)) * bound) >>> 32);
    }

    /** Draw {@code index} as a standard normal double, by the Box-Muller transform of draws 2 index and 2 index + 1. */
    public static double gaussian(long seed, int stream, long index) {
        double radius = 1 - ((bits(seed, stream, 2 * index) >>> 8) * 0x1p-24);
        double angle = (bits(seed, stream, 2 * index + 1) >>> 8) * 0x1p-24;
        return Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * angle);
    }

    /** One word of the block with the given counter: the specification, word for word. */
    public static int word(long seed, int counter0, int counter1, int counter2, int counter3, int which) {
        int c0 = counter0;
        int c1 = counter1;
        int c2 = counter2;
        int c3 = counter3;
        int key0 = (int) seed;
        int key1 = (int) (seed >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & 0xFFFFFFFFL);
            long product1 = MULTIPLIER_1 * (c2 & 0xFFFFFFFFL);
            c0 = (int) (product1 >>> 32) ^ c1 ^ key0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ key1;
            c3 = (int) product0;
            key0 += WEYL_0;
            key1 += WEYL_1;
        }
        return switch (which) {
            case 0 -> c0;
            case 1 -> c1;
            case 2 -> c2;
            default -> c3;
        };
    }

    /** A new seed for a purpose: 64 bits drawn from (seed, stream, index), so that derived runs do not overlap. */
    public static long derive(long seed, int stream, long index) {
        return (long) bits(seed, stream, 2 * index) << 32 | bits(seed, stream, 2 * index + 1) & 0xFFFFFFFFL;
    }
}
