package imagespace.backend.cuda;

import java.util.Arrays;

/**
 * What a step is made of: work that a device queues and does in order, without taking memory or waiting. So a step can be
 * recorded once and replayed. Addresses are those of {@link Device#allocate}.
 */
interface Commands {
    /** Threads of a block of every kernel, as in {@code native}. */
    int BLOCK = 256;
    /** Values that a thread does of those kernels that take them by fours. */
    int FOUR = 4;

    /**
     * Runs a kernel of {@code native}.
     *
     * @param sharedBytes shared memory that its blocks get from the launch
     * @param arguments in the kernel's order: {@code Long} (addresses), {@code Integer}, {@code Float}, and
     *     {@code int[]} or {@code long[]} for a structure of them
     */
    void run(String kernel, int sharedBytes, int blocksX, int blocksY, Object... arguments);

    /** Runs a kernel that gets no shared memory from the launch. */
    default void launch(String kernel, int blocksX, int blocksY, Object... arguments) {
        run(kernel, 0, blocksX, blocksY, arguments);
    }

    /** Runs a kernel of a thread a value; the number of values becomes its last argument. */
    default void launchOver(int count, String kernel, Object... arguments) {
        launchOver(count, 1, kernel, arguments);
    }

    /** Runs a kernel of a thread for {@code each} values; the number of values becomes its last argument. */
    default void launchOver(int count, int each, String kernel, Object... arguments) {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = count;
        launch(kernel, Math.ceilDiv(count, BLOCK * each), 1, all);
    }

    /** to [columns, rows] = the matrix from [rows, columns] transposed. */
    default void transpose(long to, long from, int rows, int columns) {
        int tile = 32;
        launch("transpose", Math.ceilDiv(columns, tile), Math.ceilDiv(rows, tile), to, from, rows, columns);
    }

    /** Copies bytes on the device. */
    void copy(long to, long from, long bytes);

    /** Sets floats. */
    void fill(long to, float value, int count);

    /**
     * A matrix product in BLAS's terms: column-major c [m, n] = op(a) [m, k] * op(b) [k, n].
     *
     * @param lda floats from a column of a to the next; likewise ldb, ldc
     */
    record Product(boolean transposeA, boolean transposeB, int m, int n, int k, int lda, int ldb, int ldc) {}

    /** c = op(a) * op(b). */
    void multiply(long c, long a, long b, Product shape);

    /**
     * A convolution as a library takes it: n images, NHWC, filters [outChannels, kernel, kernel, inChannels], the same
     * padding above and below (and left and right), the output's size what follows from that. Addresses of tensors
     * are multiples of 16.
     */
    record PlainConvolution(
            int n,
            int height,
            int width,
            int inChannels,
            int outChannels,
            int kernel,
            int stride,
            int padRows,
            int padColumns) {
        int outHeight() {
            return (height + 2 * padRows - kernel) / stride + 1;
        }

        int outWidth() {
            return (width + 2 * padColumns - kernel) / stride + 1;
        }

        int inputs() {
            return Math.multiplyExact(n, height * width * inChannels);
        }

        int outputs() {
            return Math.multiplyExact(n, outHeight() * outWidth() * outChannels);
        }

        int weights() {
            return outChannels * kernel * kernel * inChannels;
        }
    }

    /** In place of a bias: there is none, and no activation. */
    long NO_BIAS = 0;

    /** out = activation(in * filter + bias), or in * filter alone. */
    void convForward(long out, long in, long filter, long bias, float slope, PlainConvolution shape);

    /** dIn, set, from dOut, the gradient before the activation. */
    void convBackwardData(long dIn, long dOut, long filter, PlainConvolution shape);

    /** dFilter, set, from dOut, the gradient before the activation, and the layer's input. */
    void convBackwardFilter(long dFilter, long dOut, long in, PlainConvolution shape);

    /** Does nothing: what the operators are given while a recorded step is replayed. */
    Commands NONE = new Commands() {
        @Override
        public void run(String kernel, int sharedBytes, int blocksX, int blocksY, Object... arguments) {}

        @Override
        public void copy(long to, long from, long bytes) {}

        @Override
        public void fill(long to, float value, int count) {}

        @Override
        public void multiply(long c, long a, long b, Product shape) {}

        @Override
        public void convForward(long out, long in, long filter, long bias, float slope, PlainConvolution shape) {}

        @Override
        public void convBackwardData(long dIn, long dOut, long filter, PlainConvolution shape) {}

        @Override
        public void convBackwardFilter(long dFilter, long dOut, long in, PlainConvolution shape) {}
    };
}
