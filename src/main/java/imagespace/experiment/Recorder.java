package imagespace.experiment;

import imagespace.backend.Backend;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.SortedMap;

/**
 * Writes the runs of one experiment to its ledger, with what is the same for all of them.
 *
 * @param ledger where to
 * @param experiment its name
 * @param data name of the data set
 * @param backend what really computes
 * @param version of the code
 */
record Recorder(Ledger ledger, String experiment, String data, Backend backend, String version) {
    /** A run to be written down: what it is, and when it started ({@link System#nanoTime}). */
    record Run(String cell, int index, long seed, Configuration configuration, long started) {
        /** A run that starts now. */
        static Run start(String cell, int index, long seed, Configuration configuration) {
            return new Run(cell, index, seed, configuration, System.nanoTime());
        }
    }

    /** The run has ended with a result; it may have no curves. */
    void finished(Run run, SortedMap<String, Double> metrics, SortedMap<String, double[]> curves) throws IOException {
        append(run, LedgerEntry.FINISHED, null, metrics, curves.isEmpty() ? null : curves);
    }

    /** The run has ended without one. */
    void failed(Run run, String reason) throws IOException {
        append(run, LedgerEntry.FAILED, reason, Collections.emptySortedMap(), null);
    }

    private void append(
            Run run,
            String status,
            String reason,
            SortedMap<String, Double> metrics,
            SortedMap<String, double[]> curves)
            throws IOException {
        ledger.append(new LedgerEntry(
                experiment,
                run.cell,
                run.index,
                run.seed,
                status,
                reason,
                metrics,
                curves,
                run.configuration,
                run.configuration.hash(),
                data,
                backend.name(),
                backend.describe(),
                Machine.here(),
                version,
                (System.nanoTime() - run.started) * 1e-9,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
    }
}
