package imagespace.report.claims;

import static imagespace.report.claims.Unit.ERROR;
import static imagespace.report.claims.Unit.LENGTH;
import static imagespace.report.claims.Unit.LOSS;
import static imagespace.report.claims.Unit.POINTS;

import imagespace.report.Study;
import imagespace.report.claims.Contrast.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Claim 1 (figure 1) and claims 9 to 12 (figure 2, Table 2, slicing and gluing). */
final class OtherClaims {
    private static final String EPS = "Aadv ";
    /** Points that the legitimate accuracy may fall by. */
    private static final double FALL = 2;

    private OtherClaims() {}

    /** Claim 1. Effect: width of the learned step from samples at both ends minus that from samples around it. */
    static Evidence sampling(Study study) {
        return new Evidence(Contrast.of(study, LENGTH, new Figure("width", "ends"), new Figure("width", "around")))
                .beside(Contrast.of(study, ERROR, new Figure("mse", "ends"), new Figure("mse", "around")));
    }

    /**
     * Claim 9. Effect: over-fitting with all samples minus that without the illusive ones. Supported only if over-fitting
     * is also weaker than without as many random samples (the control), and weaker still on test samples that are not
     * illusive: both intervals above 0.
     */
    static Evidence overfitting(Study study) {
        Contrast control = overfit(study, "overfit", "random", "overfit");
        Contrast further =
                Contrast.of(study, LOSS, new Figure("overfit", "clean"), new Figure("overfitClean", "clean"));
        return new Evidence(overfit(study, "overfit", "all", "overfit"))
                .beside(control.named("control: " + control.name()), further)
                .need(control.interval().above(0), "it is not clearly weaker than without as many random samples")
                .need(further.interval().above(0), "it is not clearly weaker still without illusive test samples");
    }

    private static Contrast overfit(Study study, String metric, String cell, String other) {
        return Contrast.of(study, LOSS, new Figure(metric, cell), new Figure(other, "clean"));
    }

    /**
     * Claim 10, for one number of epochs. Effect: accuracy under attack without the illusive samples minus that with all,
     * mean of the eps. Supported only if the mean of each eps goes that way, and the interval of the fall of legitimate
     * accuracy ends at 2 points or below. The control (as many random samples removed) is reported beside it.
     */
    static Evidence attack(Study study) {
        List<Contrast> rows = new ArrayList<>();
        List<Contrast> controls = new ArrayList<>();
        for (String metric : epsilons(study)) {
            rows.add(points(study, metric, "clean", metric, "all"));
            controls.add(points(study, metric, "clean", metric, "random"));
        }
        Contrast legitimate = points(study, "Aleg", "clean", "Aleg", "all");
        return new Evidence(
                        "accuracy under attack without illusive samples minus that with all, mean of " + rows.size()
                                + " eps",
                        rows)
                .beside(
                        legitimate,
                        Contrast.mean("control: the same minus that without as many random samples", controls),
                        points(study, "Aleg", "random", "Aleg", "all").named("control: Aleg(random) - Aleg(all)"))
                .needAllRows()
                .need(
                        legitimate.interval().low() >= -FALL,
                        "it is not clear that legitimate accuracy falls by at most 2 points");
    }

    /** The metrics of attacks, the strongest first; those of the paper if there are none. */
    private static List<String> epsilons(Study study) {
        List<String> found = study.cells().values().stream()
                .flatMap(runs -> runs.values().stream())
                .flatMap(entry -> entry.metrics().keySet().stream())
                .filter(metric -> metric.matches(EPS + "[0-9]*[.]?[0-9]+"))
                .distinct()
                .sorted(Comparator.comparingDouble(metric -> -Double.parseDouble(metric.substring(EPS.length()))))
                .toList();
        return found.isEmpty() ? List.of("Aadv .3", "Aadv .1", "Aadv .05", "Aadv .01") : found;
    }

    /**
     * Claim 11. Effect: accuracy of the two glued classifiers minus that of one for all, where an oracle that knows which
     * test samples are illusive chooses between the two. The router, which can be used in practice, stands beside it and
     * decides nothing.
     */
    static Evidence slicing(Study study) {
        Contrast oracle = points(study, "Aoracle", "sliced", "A", "all");
        Contrast router = points(study, "Arouter", "sliced", "A", "all");
        return new Evidence(oracle.named("oracle (true illusiveness of the test samples): " + oracle.name()))
                .beside(router.named("router (learned from training data only): " + router.name()));
    }

    /**
     * Claim 12. Effect: what a larger learning rate does to the accuracy of the main classifier of the sliced data, minus
     * what it does to that of all data; mean of the rates at hand (2 and 4 times). Supported only if each rate goes that way.
     */
    static Evidence learningRate(Study study) {
        List<Contrast> rows = new ArrayList<>();
        List<Contrast> beside = new ArrayList<>();
        for (String factor : factors(study)) {
            Contrast sliced = points(study, "A", "sliced " + factor, "A", "sliced");
            Contrast all = points(study, "A", "all " + factor, "A", "all");
            rows.add(sliced.minus(factor + ": change when sliced minus change with all samples", all));
            beside.add(sliced);
            beside.add(all);
        }
        return new Evidence("change of accuracy by a larger learning rate, sliced minus all, mean of the rates", rows)
                .beside(beside.toArray(Contrast[]::new))
                .needAllRows();
    }

    private static List<String> factors(Study study) {
        List<String> both = List.of("x2", "x4");
        List<String> found = both.stream()
                .filter(factor -> !study.runs("sliced " + factor).isEmpty()
                        && !study.runs("all " + factor).isEmpty())
                .toList();
        return found.isEmpty() ? both : found;
    }

    private static Contrast points(Study study, String metric, String cell, String otherMetric, String other) {
        return Contrast.of(study, POINTS, new Figure(metric, cell), new Figure(otherMetric, other));
    }
}
