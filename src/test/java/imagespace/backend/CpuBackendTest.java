package imagespace.backend;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import imagespace.backend.cpu.CpuBackend;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestFactory;

/** The contract on the CPU, and that its results do not depend on the number of threads. */
class CpuBackendTest {
    @Nested
    class WithOneThread extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(1);
        }
    }

    @Nested
    class WithTwoThreads extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2);
        }
    }

    @Nested
    class WithDirectConvolutions extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2, ConvAlgorithm.DIRECT);
        }
    }

    @Nested
    class WithWinogradEverywhere extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2, ConvAlgorithm.WINOGRAD);
        }
    }

    @Nested
    class WithSmallWinogradTiles extends BackendContract {
        @Override
        protected Backend open() {
            return new CpuBackend(2, ConvAlgorithm.WINOGRAD2);
        }
    }

    @TestFactory
    Stream<DynamicTest> threadsDoNotChangeABit() {
        return threadsDoNotChangeABit(ConvAlgorithm.AUTO);
    }

    @TestFactory
    Stream<DynamicTest> norWithDirectConvolutions() {
        return threadsDoNotChangeABit(ConvAlgorithm.DIRECT);
    }

    @TestFactory
    Stream<DynamicTest> norWithSmallWinogradTiles() {
        return threadsDoNotChangeABit(ConvAlgorithm.WINOGRAD2);
    }

    private static Stream<DynamicTest> threadsDoNotChangeABit(ConvAlgorithm algorithm) {
        List<Backend> backends = IntStream.rangeClosed(1, 3)
                .<Backend>mapToObj(t -> new CpuBackend(t, algorithm))
                .toList();
        return Stream.of(
                        ConvolutionCases.ALL,
                        DenseCases.ALL,
                        PoolingCases.ALL,
                        PooledConvolutionCases.ALL,
                        TrainingCases.ALL,
                        AssemblyCases.ALL)
                .flatMap(List::stream)
                .map(c -> dynamicTest(c.name(), () -> SameBits.check(c, backends)))
                .onClose(() -> backends.forEach(Backend::close));
    }
}
