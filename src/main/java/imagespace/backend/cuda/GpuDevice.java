package imagespace.backend.cuda;

import imagespace.backend.CudaOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.JCudnn;

/** The first GPU that CUDA shows, through JCuda's driver API: one stream, for everything. */
final class GpuDevice implements Device {
    private static final int OUTBOX_BYTES = 1 << 20;
    /** The stream of copies that do not name one. */
    private static final CUstream DEFAULT_STREAM = new CUstream();

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final CUstream stream = new CUstream();
    private final Pointer outbox = new Pointer();
    private final ByteBuffer outboxBytes;
    private final String description;
    private final boolean tf32;
    private final GpuCommands commands;
    /** The thread that the context is current in. */
    private Thread bound;

    private boolean recording;

    GpuDevice(CudaOptions options) {
        Status.driver(JCudaDriver.cuInit(0), "cuInit");
        Status.driver(JCudaDriver.cuDeviceGet(device, 0), "cuDeviceGet");
        Status.driver(JCudaDriver.cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain");
        bind();
        Status.driver(JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        Status.driver(JCudaDriver.cuMemAllocHost(outbox, OUTBOX_BYTES), "cuMemAllocHost");
        outboxBytes = outbox.getByteBuffer(0, OUTBOX_BYTES).order(ByteOrder.nativeOrder());
        int major = attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        tf32 = major >= 8;
        String architecture =
                "sm_" + major + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        commands = new GpuCommands(this, stream, architecture, options);
        description = describe(architecture, options);
    }

    private String describe(String architecture, CudaOptions options) {
        byte[] name = new byte[256];
        JCudaDriver.cuDeviceGetName(name, name.length, device);
        int end = 0;
        while (end < name.length && name[end] != 0) {
            end++;
        }
        int[] version = new int[1];
        JCudaDriver.cuDriverGetVersion(version);
        long cudnn = JCudnn.cudnnGetVersion();
        return String.format(
                Locale.ROOT,
                "%s (%s), driver for CUDA %d.%d, cuDNN %d.%d.%d, %s%s",
                new String(name, 0, end, StandardCharsets.US_ASCII),
                architecture,
                version[0] / 1000,
                version[0] % 1000 / 10,
                cudnn / 10_000,
                cudnn % 10_000 / 100,
                cudnn % 100,
                options.precision().name().toLowerCase(Locale.ROOT),
                options.fast() ? ", fast (bits may vary)" : "");
    }

    private int attribute(int which) {
        int[] value = new int[1];
        Status.driver(JCudaDriver.cuDeviceGetAttribute(value, which, device), "cuDeviceGetAttribute");
        return value[0];
    }

    /** CUDA's context belongs to a thread; a backend may be made by one and used by another. */
    void bind() {
        if (bound != Thread.currentThread()) {
            Status.driver(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
            bound = Thread.currentThread();
        }
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public boolean hasTf32() {
        return tf32;
    }

    @Override
    public long allocate(long bytes) {
        bind();
        if (recording) {
            throw new IllegalStateException("memory taken while recording");
        }
        Address.Result result = new Address.Result();
        int status = JCudaDriver.cuMemAlloc(result, Math.max(1, bytes));
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            long[] free = new long[1];
            long[] total = new long[1];
            JCudaDriver.cuMemGetInfo(free, total);
            throw new DeviceMemoryException(bytes, free[0], total[0]);
        }
        Status.driver(status, "cuMemAlloc");
        return result.value();
    }

    @Override
    public void free(long address) {
        bind();
        Status.driver(JCudaDriver.cuMemFree(Address.of(address)), "cuMemFree");
    }

    @Override
    public void write(long to, float[] values, int count) {
        write(to, Pointer.to(values), (long) count * Float.BYTES);
    }

    @Override
    public void write(long to, byte[] values) {
        write(to, Pointer.to(values), values.length);
    }

    private void write(long to, Pointer from, long bytes) {
        if (bytes == 0) {
            return;
        }
        synchronize();
        Status.driver(JCudaDriver.cuMemcpyHtoD(Address.of(to), from, bytes), "cuMemcpyHtoD");
        // it may return while the last part is on its way, and our stream would not wait for it; not the whole context:
        // another backend may be recording on a stream of its own
        Status.driver(JCudaDriver.cuStreamSynchronize(DEFAULT_STREAM), "cuStreamSynchronize");
    }

    @Override
    public void read(float[] values, long from, int count) {
        synchronize();
        if (count > 0) {
            Status.driver(
                    JCudaDriver.cuMemcpyDtoH(Pointer.to(values), Address.of(from), (long) count * Float.BYTES),
                    "cuMemcpyDtoH");
        }
    }

    @Override
    public ByteBuffer outbox() {
        return outboxBytes;
    }

    @Override
    public void send(long to, int at, int bytes) {
        bind();
        Status.driver(
                JCudaDriver.cuMemcpyHtoDAsync(Address.of(to), outbox.withByteOffset(at), bytes, stream),
                "cuMemcpyHtoDAsync");
    }

    @Override
    public void synchronize() {
        bind();
        Status.driver(JCudaDriver.cuStreamSynchronize(stream), "cuStreamSynchronize");
    }

    @Override
    public Commands commands() {
        return commands;
    }

    @Override
    public Recording record(Runnable task) {
        bind();
        CUgraph graph = new CUgraph();
        Status.driver(
                JCudaDriver.cuStreamBeginCapture(stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
                "cuStreamBeginCapture");
        recording = true;
        boolean complete = false;
        int status;
        try {
            task.run();
            complete = true;
        } finally {
            recording = false;
            status = JCudaDriver.cuStreamEndCapture(stream, graph);
            if (!complete && status == Status.SUCCESS) {
                JCudaDriver.cuGraphDestroy(graph);
            }
        }
        Status.driver(status, "cuStreamEndCapture");
        CUgraphExec executable = new CUgraphExec();
        try {
            Status.driver(JCudaDriver.cuGraphInstantiate(executable, graph, 0), "cuGraphInstantiate");
        } finally {
            JCudaDriver.cuGraphDestroy(graph);
        }
        return new Recording() {
            @Override
            public void replay() {
                bind();
                Status.driver(JCudaDriver.cuGraphLaunch(executable, stream), "cuGraphLaunch");
            }

            @Override
            public void close() {
                bind();
                Status.driver(JCudaDriver.cuGraphExecDestroy(executable), "cuGraphExecDestroy");
            }
        };
    }

    @Override
    public void close() {
        synchronize();
        commands.close();
        JCudaDriver.cuMemFreeHost(outbox);
        JCudaDriver.cuStreamDestroy(stream);
        JCudaDriver.cuDevicePrimaryCtxRelease(device);
    }
}
