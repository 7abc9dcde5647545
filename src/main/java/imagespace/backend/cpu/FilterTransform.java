package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;

/**
 * U = G g G^T, the filters of {@link WinogradConvolution}:
 *
 * <pre>
 * [co / NR][points][ci][NR]
 * </pre>
 *
 * where the last output channels may be fewer than NR. The data gradient's filters are the layer's with channels swapped and taps
 * reversed; those of CHUNK input channels are first copied so into the cache.
 */
final class FilterTransform {
    private static final int TAPS = 9;

    private final MinimalFiltering filtering;
    private final int ci;
    private final int co;
    private final boolean isSwapped;
    /** Floats of a point in a panel of NR output channels, and of all its points. */
    final int pointStride;

    final int panelStride;

    /** @param isSwapped whether the filters come as [3][3][co][ci] and reversed, not as [3][3][ci][co] */
    FilterTransform(MinimalFiltering filtering, int ci, int co, boolean isSwapped) {
        this.filtering = filtering;
        this.ci = ci;
        this.co = co;
        this.isSwapped = isSwapped;
        pointStride = ci * NR + WinogradMemory.SKEW;
        panelStride = filtering.points() * pointStride;
    }

    /** Takes the memory that this needs, and that of all panels. */
    void prepare(WinogradMemory memory) {
        memory.u = Simd.grown(memory.u, Gemm.panels(co) * panelStride);
        for (WinogradMemory.Worker s : memory.workers) {
            if (isSwapped) {
                s.taps = Simd.grown(s.taps, TAPS * tapStride(co));
            }
        }
    }

    private static int tapStride(int columns) {
        return CHUNK * columns + WinogradMemory.SKEW;
    }

    /**
     * Transforms the filters of CHUNK input channels.
     *
     * @param filters from {@code filtersAt}
     * @param channel the first input channel
     * @param panel the panels [panel, end) are wanted
     * @param u from START: the first panel wanted
     */
    void run(WinogradMemory.Worker s, float[] filters, int filtersAt, int channel, int panel, int end, float[] u) {
        int first = panel * NR;
        int count = Math.min(co, end * NR) - first;
        if (isSwapped) {
            for (int tap = 0; tap < TAPS; tap++) {
                int from = filtersAt + ((TAPS - 1 - tap) * co + first) * ci + channel;
                Transposition.run(filters, from, ci, count, CHUNK, s.taps, START + tap * tapStride(count), count);
            }
            transform(s.taps, START, tapStride(count), count, channel, first, count, u);
        } else {
            transform(filters, filtersAt + channel * co + first, ci * co, co, channel, first, count, u);
        }
    }

    /**
     * @param at of the first filter; its taps are {@code tap} apart, the next input channel's filters {@code row} further
     * @param count output channels, from {@code first} on
     */
    private void transform(float[] g, int at, int tap, int row, int channel, int first, int count, float[] u) {
        for (int c = 0; c < count; c += NR) {
            int width = Gemm.panelWidth(first + c, co);
            int to = START + c / NR * panelStride + channel * width;
            for (int i = 0; i < CHUNK; i++) {
                for (int k = 0; k < width; k += LANES) {
                    filtering.filter(g, at + i * row + c + k, 3 * tap, tap, u, to, pointStride);
                    to += LANES;
                }
            }
        }
    }
}
