package imagespace.experiment;

import java.io.IOException;

/** A plan of runs, each of which ends as a line of the ledger; what the ledger holds already is not done again. */
public interface Experiment {
    /** All runs. */
    int planned();

    /** Runs that are still to be done. */
    int pending();

    /** Work that is still to be done. */
    Cost pendingCost();

    /**
     * Does the pending runs.
     *
     * @return how many of them failed; each failure is in the ledger with its reason
     */
    int run(PlanProgress progress) throws IOException;
}
