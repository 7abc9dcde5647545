package imagespace.backend.cuda;

import imagespace.backend.CudaOptions;
import imagespace.backend.Precision;
import jcuda.Pointer;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasOperation;
import jcuda.runtime.cudaStream_t;

/** Commands on a GPU's stream: our kernels, cuBLAS and cuDNN. */
final class GpuCommands implements Commands, AutoCloseable {
    /** What NVIDIA recommends for its GPUs of compute capability 9. Given once, so that a recorded step takes none. */
    private static final long CUBLAS_WORKSPACE = 32L << 20;

    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final GpuDevice device;
    private final CUstream stream;
    private final KernelModule kernels;
    private final Scratch scratch;
    private final cublasHandle cublas = new cublasHandle();
    private final long cublasWorkspace;
    private final Cudnn cudnn;

    GpuCommands(GpuDevice device, CUstream stream, String architecture, CudaOptions options) {
        this.device = device;
        this.stream = stream;
        kernels = new KernelModule(architecture);
        scratch = new Scratch(device);
        Status.cublas(JCublas2.cublasCreate(cublas), "cublasCreate");
        Status.cublas(JCublas2.cublasSetStream(cublas, new cudaStream_t(stream)), "cublasSetStream");
        cublasWorkspace = device.allocate(CUBLAS_WORKSPACE);
        Status.cublas(
                JCublas2.cublasSetWorkspace(cublas, Address.of(cublasWorkspace), CUBLAS_WORKSPACE),
                "cublasSetWorkspace");
        int math = options.precision() == Precision.FP32
                ? cublasMath.CUBLAS_DEFAULT_MATH
                : cublasMath.CUBLAS_TF32_TENSOR_OP_MATH;
        Status.cublas(JCublas2.cublasSetMathMode(cublas, math), "cublasSetMathMode");
        cudnn = new Cudnn(stream, options, scratch, this, device);
    }

    @Override
    public void run(String kernel, int sharedBytes, int blocksX, int blocksY, Object... arguments) {
        device.bind();
        Pointer[] pointers = new Pointer[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            pointers[i] = switch (arguments[i]) {
                case Long value -> Pointer.to(new long[] {value});
                case Integer value -> Pointer.to(new int[] {value});
                case Float value -> Pointer.to(new float[] {value});
                case int[] values -> Pointer.to(values);
                case long[] values -> Pointer.to(values);
                default -> throw new IllegalArgumentException("an argument of a kernel: " + arguments[i]);
            };
        }
        Status.driver(
                JCudaDriver.cuLaunchKernel(
                        kernels.function(kernel, sharedBytes),
                        blocksX,
                        blocksY,
                        1,
                        BLOCK,
                        1,
                        1,
                        sharedBytes,
                        stream,
                        Pointer.to(pointers),
                        null),
                kernel);
    }

    @Override
    public void copy(long to, long from, long bytes) {
        device.bind();
        Status.driver(
                JCudaDriver.cuMemcpyDtoDAsync(Address.of(to), Address.of(from), bytes, stream), "cuMemcpyDtoDAsync");
    }

    @Override
    public void fill(long to, float value, int count) {
        device.bind();
        Status.driver(
                JCudaDriver.cuMemsetD32Async(Address.of(to), Float.floatToRawIntBits(value), count, stream),
                "cuMemsetD32Async");
    }

    @Override
    public void multiply(long c, long a, long b, Product p) {
        device.bind();
        Status.cublas(
                JCublas2.cublasSgemm(
                        cublas,
                        operation(p.transposeA()),
                        operation(p.transposeB()),
                        p.m(),
                        p.n(),
                        p.k(),
                        ONE,
                        Address.of(a),
                        p.lda(),
                        Address.of(b),
                        p.ldb(),
                        ZERO,
                        Address.of(c),
                        p.ldc()),
                "cublasSgemm");
    }

    private static int operation(boolean transposed) {
        return transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
    }

    @Override
    public void convForward(long out, long in, long filter, long bias, float slope, PlainConvolution shape) {
        device.bind();
        cudnn.forward(out, in, filter, bias, slope, shape);
    }

    @Override
    public void convBackwardData(long dIn, long dOut, long filter, PlainConvolution shape) {
        device.bind();
        cudnn.backwardData(dIn, dOut, filter, shape);
    }

    @Override
    public void convBackwardFilter(long dFilter, long dOut, long in, PlainConvolution shape) {
        device.bind();
        cudnn.backwardFilter(dFilter, dOut, in, shape);
    }

    @Override
    public void close() {
        cudnn.close();
        JCublas2.cublasDestroy(cublas);
        scratch.free();
        device.free(cublasWorkspace);
        kernels.close();
    }
}
