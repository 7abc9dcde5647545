package imagespace.backend.cpu;

import static imagespace.backend.cpu.Simd.F;
import static imagespace.backend.cpu.Simd.LANES;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.Philox;
import imagespace.backend.RandomStream;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Batches from bytes: gather, flip, shift, the pixels of noise samples, and scale to [0, 1]. Whatever an image goes through, it
 * goes through as bytes, and is scaled last, by vectors.
 */
final class BatchAssembly {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    /** As many bytes as there are lanes, or eight, the fewest that there is a vector of. */
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Byte.SIZE * Math.max(LANES, 8)));

    private final ThreadTeam team;
    /** A worker's own image, if it is not one of the pixels as they lie. */
    private final byte[][] made;
    /** A worker's own table: where in a row each of its bytes comes from. */
    private final int[][] places;

    private final ThreadTeam.Task imageTask = this::image;

    // what the running call works on
    private CpuTensor out;
    private HostPixels pixels;
    private int[] ids;
    private int from;
    private Augmentation augmentation;
    private long noiseSeed;
    private long augmentSeed;

    BatchAssembly(ThreadTeam team) {
        this.team = team;
        made = new byte[team.threads()][0];
        places = new int[team.threads()][0];
    }

    /** Images on the host: the caller's bytes. */
    record HostPixels(byte[] bytes, int height, int width, int channels) implements Pixels {
        int imageSize() {
            return height * width * channels;
        }
    }

    void assemble(
            CpuTensor out,
            HostPixels pixels,
            int[] ids,
            int from,
            Augmentation augmentation,
            long noiseSeed,
            long augmentSeed,
            int n) {
        this.out = out;
        this.pixels = pixels;
        this.ids = ids;
        this.from = from;
        this.augmentation = augmentation;
        this.noiseSeed = noiseSeed;
        this.augmentSeed = augmentSeed;
        for (int worker = 0; worker < made.length; worker++) {
            int most = pixels.imageSize() + PhiloxVectors.BLOCK + PhiloxVectors.STEP;
            if (made[worker].length < most) {
                made[worker] = new byte[most];
            }
            if (places[worker].length < pixels.width * pixels.channels) {
                places[worker] = new int[pixels.width * pixels.channels];
            }
        }
        team.run(n, imageTask);
    }

    private void image(int i, int worker) {
        int size = pixels.imageSize();
        int id = ids[from + i];
        byte[] image = made[worker];
        int at = 0;
        if (id < 0) {
            at = noise(image, size, -1L - id, noiseSeed);
        } else if (augmentation.equals(Augmentation.NONE)) {
            image = pixels.bytes;
            at = id * size;
        } else {
            augment(image, places[worker], id * size, from + i);
        }
        scale(image, at, out.data, out.at + i * size, size);
    }

    /** Unsigned bytes to floats in [0, 1]. */
    private static void scale(byte[] from, int at, float[] to, int toAt, int size) {
        int i = 0;
        for (; i <= size - B.length(); i += B.length()) {
            ByteVector bytes = ByteVector.fromArray(B, from, at + i);
            scaled(bytes.convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0)).intoArray(to, toAt + i);
            if (B.length() > LANES) {
                scaled(bytes.convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 1))
                        .intoArray(to, toAt + i + LANES);
            }
        }
        for (; i < size; i++) {
            to[toAt + i] = (from[at + i] & 0xFF) / 255f;
        }
    }

    private static FloatVector scaled(Vector<Integer> values) {
        return ((FloatVector) values.convertShape(VectorOperators.I2F, F, 0)).div(255f);
    }

    /** Byte j of noise sample k is byte j & 3 (low first) of draw k * words + j / 4. Returns where byte 0 is. */
    private static int noise(byte[] image, int size, long sample, long seed) {
        int words = (size + 3) / 4;
        long block = sample * words / 4;
        int at = (int) (sample * words % 4) * 4; // in the first block
        for (int i = 0; i < at + size; i += PhiloxVectors.STEP) {
            PhiloxVectors.draw(image, i, seed, RandomStream.NOISE, block + i / PhiloxVectors.BLOCK);
        }
        return at;
    }

    /** Draws 3 p, 3 p + 1 and 3 p + 2 for the sample at position p: flip, row shift, column shift. */
    private void augment(byte[] image, int[] places, int source, long position) {
        long seed = augmentSeed;
        boolean flip = augmentation.flip() && Philox.bits(seed, RandomStream.AUGMENT, 3 * position) < 0;
        int span = 2 * augmentation.pad() + 1;
        int dy = Philox.below(span, seed, RandomStream.AUGMENT, 3 * position + 1) - augmentation.pad();
        int dx = Philox.below(span, seed, RandomStream.AUGMENT, 3 * position + 2) - augmentation.pad();
        int rowSize = pixels.width * pixels.channels;
        for (int x = 0; x < pixels.width; x++) {
            int fromX = reflect(x + dx, pixels.width);
            int pixel = (flip ? pixels.width - 1 - fromX : fromX) * pixels.channels;
            for (int c = 0; c < pixels.channels; c++) {
                places[x * pixels.channels + c] = pixel + c;
            }
        }
        for (int y = 0; y < pixels.height; y++) {
            int row = source + reflect(y + dy, pixels.height) * rowSize;
            int at = y * rowSize;
            for (int i = 0; i < rowSize; i++) {
                image[at + i] = pixels.bytes[row + places[i]];
            }
        }
    }

    /** The index that a position outside [0, extent) mirrors; the border itself is not repeated. */
    private static int reflect(int position, int extent) {
        if (extent == 1) {
            return 0;
        }
        int period = 2 * (extent - 1);
        int folded = Math.floorMod(position, period);
        return folded < extent ? folded : period - folded;
    }
}
