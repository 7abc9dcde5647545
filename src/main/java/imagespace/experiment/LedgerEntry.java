package imagespace.experiment;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.SortedMap;

/**
 * One finished or failed run: a line of {@code ledger.jsonl}.
 *
 * @param experiment such as "table1"
 * @param cell what was trained, such as "hc+li .25 noise"
 * @param run index of the run, from 0
 * @param seed the run's seed, shared by all cells of the run
 * @param status {@link #FINISHED} or {@link #FAILED}
 * @param reason why it failed; absent if it did not
 * @param metrics results in full precision, by symbol; null stands for NaN; empty if the run failed
 * @param curves results that are many numbers by name, such as one an epoch; absent if there are none
 * @param configuration all that decides the result
 * @param hash of the configuration
 * @param data name of the data set, as the user gave it
 * @param backend name of the backend that was really used, such as "cpu"
 * @param device the backend's own description
 * @param machine where it ran
 * @param version of the code
 * @param seconds wall time
 * @param time when it ended, ISO 8601, UTC
 */
@JsonPropertyOrder({
    "experiment",
    "cell",
    "run",
    "seed",
    "status",
    "reason",
    "metrics",
    "curves",
    "configuration",
    "hash"
})
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LedgerEntry(
        String experiment,
        String cell,
        int run,
        long seed,
        String status,
        String reason,
        @JsonInclude(content = JsonInclude.Include.ALWAYS) SortedMap<String, Double> metrics,
        SortedMap<String, double[]> curves,
        Configuration configuration,
        String hash,
        String data,
        String backend,
        String device,
        Machine machine,
        String version,
        double seconds,
        String time) {
    public static final String FINISHED = "finished";
    public static final String FAILED = "failed";

    /** Whether the run has a result and need not be repeated. */
    public boolean finished() {
        return FINISHED.equals(status);
    }
}
