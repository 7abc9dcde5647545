package imagespace.backend.cpu;

import static imagespace.backend.cpu.Gemm.NR;
import static imagespace.backend.cpu.Im2col.CHUNK;
import static imagespace.backend.cpu.Simd.LANES;
import static imagespace.backend.cpu.Simd.START;

/**
 * dWeights = A^T S A of CHUNK input channels and a panel of output channels, whose sums over all tiles are a worker's {@code total}:
 *
 * <pre>
 * [points][CHUNK][NR]
 * </pre>
 *
 * where the last panel may be narrower.
 */
final class SumsTransform {
    /** Floats from one point to the next. */
    static final int POINT_STRIDE = CHUNK * NR + WinogradMemory.SKEW;

    private final MinimalFiltering filtering;
    private final int ci;
    private final int co;

    SumsTransform(MinimalFiltering filtering, int ci, int co) {
        this.filtering = filtering;
        this.ci = ci;
        this.co = co;
    }

    /** Takes the memory of the totals. */
    void prepare(WinogradMemory memory) {
        for (WinogradMemory.Worker s : memory.workers) {
            s.total = Simd.grown(s.total, filtering.points() * POINT_STRIDE);
        }
    }

    /**
     * Sets the part of dWeights [3][3][ci][co] that belongs to these channels.
     *
     * @param channel the first input channel
     * @param column the first output channel
     */
    void run(float[] total, int channel, int column, CpuTensor dWeights) {
        int at = START;
        int width = Gemm.panelWidth(column, co);
        for (int i = channel; i < channel + CHUNK; i++) {
            for (int c = column; c < column + width; c += LANES) {
                int to = dWeights.at + i * co + c;
                filtering.sums(total, at, POINT_STRIDE, dWeights.data, to, 3 * ci * co, ci * co);
                at += LANES;
            }
        }
    }
}
