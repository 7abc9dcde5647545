package imagespace.experiment;

import imagespace.model.ModelException;
import imagespace.train.DivergedException;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One run of an experiment: a pure function of its configuration, and a line of the ledger.
 *
 * @param cell what is trained
 * @param run index of the run, from 0
 * @param seed of the run
 * @param configuration all that decides the result
 * @param cost about how much work it is
 * @param work does it
 */
record Job(String cell, int run, long seed, Configuration configuration, Cost cost, Work work) {
    /** What is to be done. */
    @FunctionalInterface
    interface Work {
        Result run(PlanProgress progress) throws DivergedException, NotPossibleException, ModelException, IOException;
    }

    /**
     * What comes out.
     *
     * @param metrics single figures
     * @param curves figures that are many numbers; may be empty
     */
    record Result(SortedMap<String, Double> metrics, SortedMap<String, double[]> curves) {
        static Result of(SortedMap<String, Double> metrics) {
            return new Result(metrics, new TreeMap<>());
        }
    }

    /** The run has nothing to work on. The message says why. */
    static final class NotPossibleException extends Exception {
        private static final long serialVersionUID = 1;

        NotPossibleException(String message) {
            super(message);
        }
    }
}
