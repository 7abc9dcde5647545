package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.MR;
import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.START;

import imagespace.backend.ConvShape;
import java.util.Arrays;

/**
 * The gradient of colour images, which training never needs and FGSM does: the way back through a {@link ColourConvolution}.
 *
 * <p>As a product with three columns it would waste most of a register tile. So the other way round: a row of output pixels
 * times the transposed weights, [pixels, co] * [co, 27], says what each pixel gives to the 27 values under its taps, and
 * each pixel of the image takes the sum.
 */
final class ColourDataGradient {
    private static final int TAPS = 3;
    private static final int CHANNELS = 3;
    private static final int RUN = TAPS * CHANNELS;
    private static final int VALUES = TAPS * RUN;
    /** Columns of the product: whole panels. */
    private static final int WIDTH = Simd.roundUp(VALUES, NR);

    private final ThreadTeam team;
    private final ConvShape s;
    /** Floats of a row of the image with its border. */
    private final int pitch;
    /** [WIDTH / NR][co][NR], from START. */
    private final float[] panels;

    private final Scratch[] scratch;
    private final ThreadTeam.Task task = this::image;

    // what the running call works on
    private CpuTensor dIn;
    private CpuTensor dOut;

    /** A worker's own: MR pixels packed, a tile of the product, what a row of pixels gives amid zeros, an image with its border. */
    private record Scratch(float[] packed, float[] tile, float[] given, float[] strip) {}

    /** @param pitch floats of a row of the image with its border */
    ColourDataGradient(ThreadTeam team, ConvShape s, int rows, int pitch) {
        this.team = team;
        this.s = s;
        this.pitch = pitch;
        panels = Simd.lines(WIDTH * s.outChannels());
        scratch = new Scratch[team.threads()];
        Arrays.setAll(
                scratch,
                i -> new Scratch(
                        new float[MR * s.outChannels()],
                        Simd.lines(MR * NR),
                        new float[(s.outWidth() + 2 * (TAPS - 1)) * WIDTH],
                        new float[rows * pitch]));
    }

    /** Whole chunks of output channels and whole register tiles of pixels. */
    static boolean fits(ConvShape s) {
        return s.outChannels() % CHUNK == 0 && s.outWidth() >= MR;
    }

    /** Sets dIn [n, h, w, 3] from dOut [n, oh, ow, co] and weights [3, 3, 3, co]. */
    void run(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        this.dIn = dIn;
        this.dOut = dOut;
        int co = s.outChannels();
        for (int value = 0; value < VALUES; value++) {
            int to = START + value / NR * NR * co + value % NR;
            for (int o = 0; o < co; o++) {
                panels[to + o * NR] = weights.data[weights.at + value * co + o];
            }
        }
        team.run(n, task);
    }

    private void image(int image, int worker) {
        Scratch own = scratch[worker];
        Arrays.fill(own.strip, 0);
        for (int y = 0; y < s.outHeight(); y++) {
            give(own, dOut.at + (image * s.outHeight() + y) * s.outWidth() * s.outChannels());
            for (int tap = 0; tap < TAPS; tap++) {
                take(own, (y + tap) * pitch, tap * RUN);
            }
        }
        int row = s.width() * CHANNELS;
        for (int y = 0; y < s.height(); y++) {
            int from = (y + s.padTop()) * pitch + s.padLeft() * CHANNELS;
            System.arraycopy(own.strip, from, dIn.data, dIn.at + (image * s.height() + y) * row, row);
        }
    }

    /** Adds what a row of taps gives to a row of the strip: three output pixels to each of its pixels. */
    private void take(Scratch own, int to, int value) {
        for (int x = 0; x < s.outWidth() + TAPS - 1; x++) {
            int oldest = x * WIDTH + value + 2 * CHANNELS;
            int older = oldest + WIDTH - CHANNELS;
            int newest = older + WIDTH - CHANNELS;
            for (int c = 0; c < CHANNELS; c++) {
                own.strip[to + x * CHANNELS + c] +=
                        own.given[newest + c] + own.given[older + c] + own.given[oldest + c];
            }
        }
    }

    /** What the pixels of a row give: its product with the panels, tile by tile; the last overlaps the one before. */
    private void give(Scratch own, int row) {
        int co = s.outChannels();
        for (int x = 0; x < s.outWidth(); x += MR) {
            int first = Math.min(x, s.outWidth() - MR);
            for (int r = 0; r < MR; r++) {
                int from = row + (first + r) * co;
                for (int k = 0; k < co; k += CHUNK) {
                    System.arraycopy(dOut.data, from + k, own.packed, k * MR + r * CHUNK, CHUNK);
                }
            }
            for (int column = 0; column < WIDTH; column += NR) {
                int to = (first + TAPS - 1) * WIDTH + column;
                Gemm.product(NR, co, own.packed, 0, panels, START + column * co, false, own.tile, START);
                for (int r = 0; r < MR; r++) {
                    System.arraycopy(own.tile, START + r * NR, own.given, to + r * WIDTH, NR);
                }
            }
        }
    }
}
