package imagespace.backend.cuda;

import imagespace.backend.Backend;

/** For tests in other packages: the CUDA backend over {@link HostDevice}. */
public final class HostCuda {
    private HostCuda() {}

    /** Opens it, or reports the test as skipped where no C++ compiler is. */
    public static Backend open() {
        return HostDevice.backend(new HostDevice());
    }
}
