package imagespace.report;

import imagespace.experiment.Configuration;
import imagespace.experiment.Ledger;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.LedgerException;
import imagespace.experiment.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Made-up runs of one experiment. */
public final class Runs {
    private final String experiment;
    private final Map<String, Object> settings;
    private final List<LedgerEntry> entries = new ArrayList<>();

    /** On data with this digest, with so many epochs. */
    public Runs(String experiment, String digest, int epochs) {
        this.experiment = experiment;
        this.settings = Map.of("experiment", experiment, "dataDigest", digest, "epochs", epochs);
    }

    /** On some data. */
    public Runs(String experiment) {
        this(experiment, "00ff00ff00ff00ff", 12);
    }

    /** A finished run. */
    public Runs add(String cell, int run, Map<String, Double> metrics) {
        return add(cell, run, metrics, Map.of());
    }

    /** A finished run whose configuration has more values. */
    public Runs add(String cell, int run, Map<String, Double> metrics, Map<String, Object> more) {
        return add(cell, run, LedgerEntry.FINISHED, metrics, more);
    }

    /** One metric in the runs 0, 1 and so on. */
    public Runs add(String cell, String metric, double... values) {
        for (int run = 0; run < values.length; run++) {
            add(cell, run, Map.of(metric, values[run]));
        }
        return this;
    }

    /** A failed run, with figures that must not count. */
    public Runs failed(String cell, int run, Map<String, Double> metrics) {
        return add(cell, run, LedgerEntry.FAILED, metrics, Map.of());
    }

    private Runs add(String cell, int run, String status, Map<String, Double> metrics, Map<String, Object> more) {
        Map<String, Object> values = new HashMap<>(settings);
        values.put("cell", cell);
        values.put("seed", 1000L + run);
        values.putAll(more);
        Configuration configuration = new Configuration(new TreeMap<>(values));
        entries.add(new LedgerEntry(
                experiment,
                cell,
                run,
                1000L + run,
                status,
                status.equals(LedgerEntry.FAILED) ? "made up" : null,
                new TreeMap<>(metrics),
                null,
                configuration,
                configuration.hash(),
                "made up",
                "cpu",
                "a device",
                new Machine("a processor", 2, "25", "Linux"),
                "0",
                1,
                "2026-01-01T00:00:00Z"));
        return this;
    }

    /** All runs so far. */
    public List<LedgerEntry> entries() {
        return List.copyOf(entries);
    }

    /** What they make together with others. */
    public List<Study> studies(Runs... others) {
        List<LedgerEntry> all = new ArrayList<>(entries);
        for (Runs other : others) {
            all.addAll(other.entries);
        }
        return Study.of(all);
    }

    /** Adds them to the ledger of a folder. */
    public void write(Path folder) throws IOException, LedgerException {
        try (Ledger ledger = Ledger.open(folder, _ -> {})) {
            for (LedgerEntry entry : entries) {
                ledger.append(entry);
            }
        }
    }
}
