package imagespace.backend;

import imagespace.backend.cpu.CpuBackend;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The properties on the CPU. */
class CpuBackendPropertiesTest extends BackendProperties {
    private static Backend backend;

    @BeforeContainer
    static void open() {
        backend = new CpuBackend(2);
    }

    @AfterContainer
    static void close() {
        backend.close();
    }

    @Override
    protected Backend backend() {
        return backend;
    }
}
