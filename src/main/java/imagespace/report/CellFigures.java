package imagespace.report;

import imagespace.experiment.Metrics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;

/**
 * A row of Table 1: means over runs. Percent, except {@code noise}; NaN where there is no figure.
 *
 * @param runs number of runs
 * @param accuracy A, mean test accuracy
 * @param sigma sigma_A, standard deviation of the accuracy over runs (n - 1); NaN for a single run
 * @param confidence P_c
 * @param illusiveness P_i
 * @param truth P_g
 * @param noise N, test samples called noise; NaN without a noise class
 */
public record CellFigures(
        int runs, double accuracy, double sigma, double confidence, double illusiveness, double truth, double noise) {
    /**
     * Means over runs. A run in which a figure is not defined (nothing wrong, so no P_i) does not count for that figure.
     *
     * @param withNoise whether there was a noise class
     */
    public static CellFigures of(List<Metrics> runs, boolean withNoise) {
        double[] accuracy =
                runs.stream().mapToDouble(run -> 100 * run.accuracy()).toArray();
        return new CellFigures(
                runs.size(),
                Mean.of(accuracy).getAsDouble(),
                runs.size() < 2 ? Double.NaN : StandardDeviation.of(accuracy).getAsDouble(),
                100 * mean(runs, Metrics::confidence),
                100 * mean(runs, Metrics::illusiveness),
                100 * mean(runs, Metrics::truth),
                withNoise ? mean(runs, Metrics::noise) : Double.NaN);
    }

    private static double mean(List<Metrics> runs, ToDoubleFunction<Metrics> figure) {
        double[] defined =
                runs.stream().mapToDouble(figure).filter(Double::isFinite).toArray();
        return Mean.of(defined).getAsDouble(); // NaN of none
    }

    /** The six figures in the paper's order of columns. */
    double[] columns() {
        return new double[] {accuracy, sigma, confidence, illusiveness, truth, noise};
    }
}
