package imagespace.backend.cuda;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape;
import imagespace.backend.ReferenceOperators;
import imagespace.backend.TestData;
import java.util.Arrays;

/** The commands of {@link HostDevice}: kernels by {@link HostKernels}, library calls by their definitions. */
final class HostCommands implements Commands {
    private static final int ALIGNMENT = 16;

    /** Shared memory of a block that every GPU with tensor cores for TF32 has. */
    private static final int MOST_SHARED = 99 << 10;

    private final HostDevice device;

    HostCommands(HostDevice device) {
        this.device = device;
    }

    @Override
    public void run(String kernel, int sharedBytes, int blocksX, int blocksY, Object... arguments) {
        if (sharedBytes > MOST_SHARED) {
            throw new IllegalArgumentException(sharedBytes + " bytes of shared memory");
        }
        Object[] given = arguments.clone();
        device.queue(() -> HostKernels.run(kernel, sharedBytes, blocksX, blocksY, given));
    }

    @Override
    public void copy(long to, long from, long bytes) {
        device.queue(() -> HostDevice.at(to, bytes).copyFrom(HostDevice.at(from, bytes)));
    }

    @Override
    public void fill(long to, float value, int count) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        device.queue(() -> HostDevice.setFloats(to, values));
    }

    @Override
    public void multiply(long c, long a, long b, Product p) {
        device.queue(() -> {
            float[] as = HostDevice.floats(a, p.lda() * (p.transposeA() ? p.m() : p.k()));
            float[] bs = HostDevice.floats(b, p.ldb() * (p.transposeB() ? p.k() : p.n()));
            float[] cs = new float[p.ldc() * p.n()];
            if (p.ldc() < p.m() || p.lda() < (p.transposeA() ? p.k() : p.m())) {
                throw new IllegalArgumentException("a leading dimension of " + p);
            }
            for (int j = 0; j < p.n(); j++) {
                for (int i = 0; i < p.m(); i++) {
                    double sum = 0;
                    for (int l = 0; l < p.k(); l++) {
                        double left = as[p.transposeA() ? i * p.lda() + l : l * p.lda() + i];
                        sum += left * bs[p.transposeB() ? l * p.ldb() + j : j * p.ldb() + l];
                    }
                    cs[j * p.ldc() + i] = (float) sum;
                }
            }
            HostDevice.setFloats(c, cs);
        });
    }

    @Override
    public void convForward(long out, long in, long filter, long bias, float slope, PlainConvolution p) {
        check(p, out, in, filter, bias);
        device.queue(() -> {
            double[] x = doubles(in, p.inputs());
            double[] b = bias == NO_BIAS ? new double[p.outChannels()] : doubles(bias, p.outChannels());
            Activation activation = bias == NO_BIAS ? Activation.IDENTITY : new Activation(slope);
            double[] y = ReferenceOperators.convForward(x, weights(filter, p), b, activation, of(p), p.n());
            HostDevice.setFloats(out, TestData.floats(y));
        });
    }

    @Override
    public void convBackwardData(long dIn, long dOut, long filter, PlainConvolution p) {
        check(p, dIn, dOut, filter);
        device.queue(() -> {
            double[] dy = doubles(dOut, p.outputs());
            double[] dx = ReferenceOperators.convBackwardData(dy, weights(filter, p), of(p), p.n());
            HostDevice.setFloats(dIn, TestData.floats(dx));
        });
    }

    @Override
    public void convBackwardFilter(long dFilter, long dOut, long in, PlainConvolution p) {
        check(p, dFilter, dOut, in);
        device.queue(() -> {
            double[] dy = doubles(dOut, p.outputs());
            double[] dw = ReferenceOperators.convBackwardWeights(dy, doubles(in, p.inputs()), of(p), p.n());
            HostDevice.setFloats(
                    dFilter, TestData.floats(transposed(dw, p.weights() / p.outChannels(), p.outChannels())));
        });
    }

    private static void check(PlainConvolution p, long... addresses) {
        if (p.kernel() > p.height() + 2 * p.padRows() || p.kernel() > p.width() + 2 * p.padColumns()) {
            throw new IllegalArgumentException("cuDNN wants a kernel that fits into the padded image: " + p);
        }
        for (long address : addresses) {
            if (address % ALIGNMENT != 0) {
                throw new IllegalArgumentException("cuDNN wants addresses that are multiples of 16: " + p);
            }
        }
    }

    private static ConvShape of(PlainConvolution p) {
        return new ConvShape(
                p.height(),
                p.width(),
                p.inChannels(),
                p.outChannels(),
                p.kernel(),
                p.stride(),
                p.padRows(),
                p.padColumns(),
                p.outHeight(),
                p.outWidth());
    }

    private static double[] doubles(long address, int count) {
        return TestData.doubles(HostDevice.floats(address, count));
    }

    /** The filters in our layout. */
    private static double[] weights(long filter, PlainConvolution p) {
        return transposed(doubles(filter, p.weights()), p.outChannels(), p.weights() / p.outChannels());
    }

    private static double[] transposed(double[] matrix, int rows, int columns) {
        double[] result = new double[matrix.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                result[j * rows + i] = matrix[i * columns + j];
            }
        }
        return result;
    }
}
