package imagespace.backend.cuda;

import imagespace.backend.DeviceException;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;

/** The statuses that CUDA's libraries return: every one is looked at. */
final class Status {
    static final int SUCCESS = 0;

    private Status() {}

    /** Of a driver call. */
    static void driver(int status, String call) {
        if (status != SUCCESS) {
            String[] text = {null};
            JCudaDriver.cuGetErrorString(status, text);
            fail(call, CUresult.stringFor(status) + (text[0] == null ? "" : ", " + text[0]));
        }
    }

    /** Of a cuDNN call. */
    static void cudnn(int status, String call) {
        if (status != SUCCESS) {
            fail(call, JCudnn.cudnnGetErrorString(status));
        }
    }

    /** Of a cuBLAS call. */
    static void cublas(int status, String call) {
        if (status != SUCCESS) {
            fail(call, JCublas2.cublasGetStatusString(status));
        }
    }

    private static void fail(String call, String status) {
        throw new DeviceException("CUDA: " + call + " answers " + status
                + "; CUDA_LAUNCH_BLOCKING=1 shows where a kernel failed, 'imagespace devices' what is installed");
    }
}
