package imagespace.backend.cpu;

import imagespace.backend.Tensor;

/** A tensor on the host: {@code data[at .. at + size)}. */
final class CpuTensor extends Tensor {
    final float[] data;
    final int at;

    CpuTensor(float[] data, int at, int... shape) {
        super(shape);
        this.data = data;
        this.at = at;
        if (at < 0 || at + size() > data.length) {
            throw new IllegalArgumentException(this + " at " + at + " does not fit " + data.length + " values");
        }
    }

    static CpuTensor of(Tensor tensor) {
        return (CpuTensor) tensor;
    }
}
