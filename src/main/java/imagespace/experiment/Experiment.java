package imagespace.experiment;

import java.io.IOException;

/**
 * A plan of trainings, each of which ends as a line of the ledger; what the ledger holds already is not done again. It is
 * done once or several times over, with other seeds: these are its runs.
 */
public interface Experiment {
    /** How often all of it is done. */
    int runs();

    /** All trainings. */
    int planned();

    /** Trainings that are still to be done. */
    int pending();

    /** Work that is still to be done. */
    Cost pendingCost();

    /**
     * Does what is pending of one run.
     *
     * @param run index of the run, from 0
     * @return how many trainings failed; each failure is in the ledger with its reason
     */
    int run(int run, PlanProgress progress) throws IOException;

    /** Does all that is pending, run after run; returns how many trainings failed. */
    default int run(PlanProgress progress) throws IOException {
        int failed = 0;
        for (int run = 0; run < runs(); run++) {
            failed += run(run, progress);
        }
        return failed;
    }
}
