package imagespace.backend.cpu;

import imagespace.backend.Augmentation;
import imagespace.backend.Backend.Pixels;
import imagespace.backend.Philox;
import imagespace.backend.RandomStream;

/** Batches from bytes: gather, scale to [0, 1], flip, shift, and the pixels of noise samples. */
final class BatchAssembly {
    /** byte b, unsigned, as a float in [0, 1]. */
    private static final float[] SCALED = new float[256];

    static {
        for (int b = 0; b < 256; b++) {
            SCALED[b] = b / 255f;
        }
    }

    private final ThreadTeam team;
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
        team.run(n, imageTask);
    }

    private void image(int i, int worker) {
        int size = pixels.imageSize();
        int id = ids[from + i];
        int at = out.at + i * size;
        if (id < 0) {
            noise(out.data, at, size, -1L - id, noiseSeed);
        } else if (augmentation.equals(Augmentation.NONE)) {
            int source = id * size;
            for (int j = 0; j < size; j++) {
                out.data[at + j] = SCALED[pixels.bytes[source + j] & 0xFF];
            }
        } else {
            augment(out.data, at, pixels, id * size, augmentation, augmentSeed, from + i);
        }
    }

    /** Byte j of noise sample k is byte j & 3 (low first) of draw k * words + j / 4. */
    private static void noise(float[] out, int at, int size, long sample, long seed) {
        int words = (size + 3) / 4;
        for (int word = 0; word < words; word++) {
            int bits = Philox.bits(seed, RandomStream.NOISE, sample * words + word);
            for (int j = 4 * word; j < Math.min(size, 4 * word + 4); j++) {
                out[at + j] = SCALED[bits & 0xFF];
                bits >>>= 8;
            }
        }
    }

    /** Draws 3 p, 3 p + 1 and 3 p + 2 for the sample at position p: flip, row shift, column shift. */
    private static void augment(
            float[] out, int at, HostPixels pixels, int source, Augmentation augmentation, long seed, long position) {
        boolean flip = augmentation.flip() && Philox.bits(seed, RandomStream.AUGMENT, 3 * position) < 0;
        int span = 2 * augmentation.pad() + 1;
        int dy = Philox.below(span, seed, RandomStream.AUGMENT, 3 * position + 1) - augmentation.pad();
        int dx = Philox.below(span, seed, RandomStream.AUGMENT, 3 * position + 2) - augmentation.pad();
        for (int y = 0; y < pixels.height; y++) {
            int fromY = reflect(y + dy, pixels.height);
            for (int x = 0; x < pixels.width; x++) {
                int fromX = reflect(x + dx, pixels.width);
                if (flip) {
                    fromX = pixels.width - 1 - fromX;
                }
                int pixel = source + (fromY * pixels.width + fromX) * pixels.channels;
                for (int c = 0; c < pixels.channels; c++) {
                    out[at++] = SCALED[pixels.bytes[pixel + c] & 0xFF];
                }
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
