package imagespace.backend.cuda;

import jcuda.driver.CUdeviceptr;

/** JCuda's pointers to device memory, from numbers and back. */
final class Address {
    private Address() {}

    /** A pointer for JCuda's calls. */
    static CUdeviceptr of(long address) {
        return new CUdeviceptr().withByteOffset(address);
    }

    /** What a call fills in that allocates. */
    static final class Result extends CUdeviceptr {
        long value() {
            return getNativePointer();
        }
    }
}
