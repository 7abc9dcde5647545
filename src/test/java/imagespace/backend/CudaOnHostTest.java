package imagespace.backend;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import imagespace.backend.cpu.CpuBackend;
import imagespace.backend.cuda.HostCuda;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The contract for the CUDA backend with its kernels on the CPU: all that is ours of it, without a GPU. */
class CudaOnHostTest extends BackendContract {
    /**
     * Operators that sum in another order than the CPU, or are float64 and end in another rounding now and then; and the
     * maximum of two zeros may have either sign.
     */
    private static final List<String> NEARLY_THE_SAME =
            List.of("averagePoolActivation", "maxPoolActivation", "softmax", "maxPoolForward");

    @Override
    protected Backend open() {
        return HostCuda.open();
    }

    /** What kernels.cu marks as the CPU's bits. */
    @TestFactory
    Stream<DynamicTest> theBitsOfTheCpu() {
        List<Backend> backends = List.of(new CpuBackend(1), HostCuda.open());
        return Stream.of(PoolingCases.ALL, TrainingCases.ALL, AssemblyCases.ALL)
                .flatMap(List::stream)
                .filter(c -> NEARLY_THE_SAME.stream().noneMatch(c.name()::startsWith))
                .map(c -> dynamicTest(c.name(), () -> SameBits.check(c, backends)))
                .onClose(() -> backends.forEach(Backend::close));
    }
}
