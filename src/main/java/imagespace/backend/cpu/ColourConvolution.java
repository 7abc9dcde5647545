package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Gemm.OTHER_MR;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;
import static imagespace.backend.cpu.Simd.apart;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import java.util.Arrays;

/**
 * A 3x3 convolution of stride 1 of colour images: the first layer, whose 27 products a value are too few to pay for any
 * packing.
 *
 * <p>An image of three channels lies in memory as a strip in which the nine values under a row of taps are neighbours, and
 * the nine of the next pixel start three floats later. So the strip itself is the matrix of im2col, with overlapping
 * rows, once it has a border of zeros. The weight gradient reads the same strip: nine of its rows at a time.
 */
final class ColourConvolution implements Convolution {
    private static final int TAPS = 3;
    private static final int CHANNELS = 3;
    /** Values under a row of taps. */
    private static final int RUN = TAPS * CHANNELS;

    private static final int DEPTH = TAPS * RUN;
    /** Fixed number of partial sums of the weight gradient, so that the bits do not depend on the number of threads. */
    private static final int SHARES = 32;

    private final ThreadTeam team;
    private final ConvShape s;
    private final ColourDataGradient dataGradient;

    /** A worker's own image with its border. */
    private final float[][] strips;

    private final int pitch;
    /** [co / NR][DEPTH][NR], from START. */
    private final float[] panels;
    /** From START. */
    private final float[] bias;

    private final float[] partial;
    private final ThreadTeam.Task forwardTask = this::forwardImage;
    private final ThreadTeam.Task gradientTask = this::gradientShare;

    // what the running call works on
    private CpuTensor out;
    private CpuTensor in;
    private float slope;
    private int images;

    ColourConvolution(ThreadTeam team, ConvShape s) {
        this.team = team;
        this.s = s;
        int columns = Math.max(s.outWidth() + TAPS - 1, s.width() + s.padLeft());
        int rows = Math.max(s.outHeight() + TAPS - 1, s.height() + s.padTop());
        pitch = columns * CHANNELS;
        strips = new float[team.threads()][rows * pitch];
        dataGradient = new ColourDataGradient(team, s, rows, pitch);
        panels = Simd.lines(DEPTH * s.outChannels());
        bias = Simd.lines(s.outChannels());
        partial = Simd.lines(SHARES * apart(DEPTH * s.outChannels()));
    }

    /** Whole panels of output channels, and rows of at least one tile. */
    static boolean fits(ConvShape s) {
        return s.kernel() == TAPS
                && s.stride() == 1
                && s.inChannels() == CHANNELS
                && s.outChannels() % NR == 0
                && ColourDataGradient.fits(s)
                && s.outWidth() >= OTHER_MR;
    }

    @Override
    public void forward(CpuTensor out, CpuTensor in, CpuTensor weights, CpuTensor b, Activation activation, int n) {
        this.out = out;
        this.in = in;
        slope = activation.slope();
        int co = s.outChannels();
        System.arraycopy(b.data, b.at, bias, START, co);
        for (int column = 0; column < co; column += NR) {
            for (int k = 0; k < DEPTH; k++) {
                System.arraycopy(
                        weights.data, weights.at + k * co + column, panels, START + column * DEPTH + k * NR, NR);
            }
        }
        team.run(n, forwardTask);
    }

    private void forwardImage(int image, int worker) {
        float[] strip = border(image, worker);
        int co = s.outChannels();
        for (int y = 0; y < s.outHeight(); y++) {
            int row = out.at + (image * s.outHeight() + y) * s.outWidth() * co;
            for (int x = 0; x < s.outWidth(); x += OTHER_MR) {
                int first = Math.min(x, s.outWidth() - OTHER_MR); // the last tile overlaps the one before
                for (int column = 0; column < co; column += NR) {
                    int aAt = y * pitch + first * CHANNELS;
                    int bAt = START + column * DEPTH;
                    int biasAt = START + column;
                    int cAt = row + first * co + column;
                    if (OTHER_MR == 8) {
                        Tiles.colour8x2(strip, aAt, pitch, panels, bAt, bias, biasAt, slope, out.data, cAt, co);
                    } else {
                        Tiles.colour4x2(strip, aAt, pitch, panels, bAt, bias, biasAt, slope, out.data, cAt, co);
                    }
                }
            }
        }
    }

    /** The image amid zeros. What the border holds stays zero: every image has the same place. */
    private float[] border(int image, int worker) {
        float[] strip = strips[worker];
        int row = s.width() * CHANNELS;
        for (int y = 0; y < s.height(); y++) {
            int from = in.at + (image * s.height() + y) * row;
            System.arraycopy(in.data, from, strip, (y + s.padTop()) * pitch + s.padLeft() * CHANNELS, row);
        }
        return strip;
    }

    @Override
    public void backwardWeights(CpuTensor dWeights, CpuTensor dOut, CpuTensor in, int n) {
        this.out = dOut;
        this.in = in;
        images = n;
        team.run(SHARES, gradientTask);
        int size = DEPTH * s.outChannels();
        Arrays.fill(dWeights.data, dWeights.at, dWeights.at + size, 0);
        for (int share = 0; share < SHARES; share++) {
            for (int i = 0; i < size; i++) {
                dWeights.data[dWeights.at + i] += partial[START + share * apart(size) + i];
            }
        }
    }

    /** The sum over a share of the images: row of pixels by row of pixels, nine weights times a panel at a time. */
    private void gradientShare(int share, int worker) {
        int co = s.outChannels();
        int sums = START + share * apart(DEPTH * co);
        Arrays.fill(partial, sums, sums + DEPTH * co, 0);
        for (int image = images * share / SHARES; image < images * (share + 1) / SHARES; image++) {
            float[] strip = border(image, worker);
            for (int y = 0; y < s.outHeight(); y++) {
                int row = out.at + (image * s.outHeight() + y) * s.outWidth() * co;
                for (int tapY = 0; tapY < TAPS; tapY++) {
                    for (int column = 0; column < co; column += step()) {
                        gradientRun(strip, (y + tapY) * pitch, row + column, sums + tapY * RUN * co + column);
                    }
                }
            }
        }
    }

    /** Columns in one go: nine rows of two vectors need 21 registers. */
    private static int step() {
        return LANES == 8 ? LANES : NR;
    }

    private void gradientRun(float[] strip, int aAt, int bAt, int cAt) {
        int co = s.outChannels();
        int width = s.outWidth();
        if (step() == NR) {
            Tiles.transposedColours9x2(width, strip, aAt, out.data, bAt, co, partial, cAt, co);
        } else {
            Tiles.transposedColours9x1(width, strip, aAt, out.data, bAt, co, partial, cAt, co);
        }
    }

    @Override
    public void backwardData(CpuTensor dIn, CpuTensor dOut, CpuTensor weights, int n) {
        dataGradient.run(dIn, dOut, weights, n);
    }
}
