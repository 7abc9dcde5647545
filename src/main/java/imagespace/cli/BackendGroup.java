package imagespace.cli;

import imagespace.backend.Backend;
import imagespace.backend.BackendUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Backends of one kind for runs side by side: streams of one GPU, or shares of the CPU's threads. */
final class BackendGroup implements AutoCloseable {
    private final List<Backend> all = new ArrayList<>();

    /** @param count how many, at least 1 */
    BackendGroup(BackendOptions options, int count) throws BackendUnavailableException {
        try {
            all.add(options.openFirst(count));
            while (all.size() < count) {
                all.add(options.openBeside(first(), count));
            }
        } catch (BackendUnavailableException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** One of them, to ask. */
    Backend first() {
        return all.getFirst();
    }

    /** Something for each of them. */
    <T> List<T> each(Function<Backend, T> make) {
        return all.stream().map(make).toList();
    }

    /** Such as "cpu (CPU, Vector API, 512-bit vectors, 1 thread), 2 runs side by side". */
    String describe() {
        String one = first().name() + " (" + first().describe() + ")";
        return all.size() == 1 ? one : one + ", " + all.size() + " runs side by side";
    }

    @Override
    public void close() {
        all.reversed().forEach(Backend::close);
    }
}
