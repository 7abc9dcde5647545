package imagespace.backend.cuda;

import jcuda.driver.JCudaDriver;

/** For checks on a GPU: its memory. */
public final class GpuMemory {
    private GpuMemory() {}

    /** Free bytes, after a backend was opened by this thread. */
    public static long free() {
        long[] free = new long[1];
        long[] total = new long[1];
        Status.driver(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo");
        return free[0];
    }
}
