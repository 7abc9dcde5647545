package imagespace.report.claims;

import static imagespace.report.claims.Unit.IMAGES;
import static imagespace.report.claims.Unit.POINTS;

import imagespace.experiment.Table1Cell;
import imagespace.report.Interval;
import imagespace.report.Study;
import imagespace.report.claims.Contrast.Figure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.statistics.descriptive.Mean;

/**
 * Claims 2 to 8, from Table 1 (sections 4.1 and 4.2). Cells are named as in the ledgers: "hc+li .25" is S_hc^.25 with
 * S_li^.25.
 */
final class Table1Claims {
    private static final List<String> SHARES = List.of(".25", ".50", ".75");
    private static final List<String> PLAIN = Table1Cell.ALL.stream()
            .filter(cell -> !cell.noise())
            .map(Table1Cell::id)
            .toList();

    private Table1Claims() {}

    /** Claim 2. Effect: how much more accurate hc+li .25 is than lc+hi .50. */
    static Evidence twiceTheSize(Study study) {
        return new Evidence(accuracy(study, "hc+li .25", "lc+hi .50"))
                .beside(accuracy(study, "hc+li .25 noise", "lc+hi .50 noise"));
    }

    /**
     * Claim 3. Effect: accuracy with hc minus that with lc, mean of the six pairs that have their size and their
     * misclassified samples in common. Supported only if all six means go that way.
     */
    static Evidence confidence(Study study) {
        List<Contrast> rows = new ArrayList<>();
        for (String share : SHARES) {
            for (String wrong : List.of("li", "hi")) {
                rows.add(accuracy(study, "hc+" + wrong + " " + share, "lc+" + wrong + " " + share));
            }
        }
        return new Evidence("accuracy with hc minus that with lc, mean of 6 pairs", rows).needAllRows();
    }

    /**
     * Claim 4. Effect: accuracy with li minus that with hi, mean of the four pairs at .25 and .50. Supported only if all
     * four means go that way, and if the difference with hc has shrunk at .75: it is smaller there than at .25 and .50
     * (interval above 0), and not itself above 0.
     */
    static Evidence illusiveness(Study study) {
        List<Contrast> rows = new ArrayList<>();
        for (String share : List.of(".25", ".50")) {
            for (String correct : List.of("lc", "hc")) {
                rows.add(accuracy(study, correct + "+li " + share, correct + "+hi " + share));
            }
        }
        Contrast large = accuracy(study, "hc+li .75", "hc+hi .75");
        Contrast small = Contrast.mean("small sets", List.of(rows.get(1), rows.get(3)));
        Contrast shrunk = small.minus("the same with hc at .25 and .50, minus that at .75", large);
        return new Evidence("accuracy with li minus that with hi, mean of 4 pairs at .25 and .50", rows)
                .beside(large, shrunk)
                .needAllRows()
                .need(shrunk.interval().above(0), "it is not clear that with hc the difference is smaller at .75")
                .need(!large.interval().above(0), "at .75 with hc li still beats hi");
    }

    /**
     * Claim 5. Effect: P_c and P_i of hc+li minus those of lc+hi, and P_g of lc+hi minus that of hc+li, mean of the three
     * over the three sizes. Supported only if each of the three alone has its interval above 0. sigma_A is one number a
     * cell: it has no pairs, and is only described.
     */
    static Evidence determination(Study study) {
        List<Contrast> confidence = new ArrayList<>();
        List<Contrast> illusiveness = new ArrayList<>();
        List<Contrast> truth = new ArrayList<>();
        List<String[]> spreads = new ArrayList<>();
        for (String share : SHARES) {
            String determined = "hc+li " + share;
            String hesitant = "lc+hi " + share;
            confidence.add(contrast(study, "Pc", determined, hesitant));
            illusiveness.add(contrast(study, "Pi", determined, hesitant));
            truth.add(contrast(study, "Pg", hesitant, determined));
            spreads.add(new String[] {determined, hesitant});
        }
        Contrast pc = Contrast.mean("P_c of hc+li minus that of lc+hi, mean of 3 sizes", confidence);
        Contrast pi = Contrast.mean("P_i of hc+li minus that of lc+hi, mean of 3 sizes", illusiveness);
        Contrast pg = Contrast.mean("P_g of lc+hi minus that of hc+li, mean of 3 sizes", truth);
        List<Contrast> rows =
                Stream.of(confidence, illusiveness, truth).flatMap(List::stream).toList();
        return new Evidence("P_c and P_i higher, P_g lower with hc+li than with lc+hi, mean of 9 rows", rows)
                .beside(pc, pi, pg)
                .need(pc.interval().above(0), "P_c alone is not clearly higher")
                .need(pi.interval().above(0), "P_i alone is not clearly higher")
                .need(pg.interval().above(0), "P_g alone is not clearly lower")
                .note(spreads(study, spreads, "hc+li"));
    }

    /**
     * Claim 6. Effect: accuracy with the noise class minus that without, mean of the 13 training sets. Supported only if
     * more than half of the 13 means go that way (the paper has 12).
     */
    static Evidence noise(Study study) {
        return new Evidence("accuracy with noise minus that without, mean of 13 training sets", noiseRows(study, "A"))
                .needMostRows();
    }

    /** Claim 7. Effect: N, mean of the four smallest training sets, minus N for all samples. */
    static Evidence calledNoise(Study study) {
        List<Contrast> rows = PLAIN.stream()
                .filter(cell -> cell.endsWith(".25"))
                .map(cell -> Contrast.of(study, IMAGES, new Figure("N", cell + " noise"), new Figure("N", "s1 noise")))
                .toList();
        List<String> means = new ArrayList<>();
        for (String size : Stream.concat(SHARES.stream(), Stream.of("s1")).toList()) {
            double[] counts = PLAIN.stream()
                    .filter(cell -> cell.endsWith(size))
                    .flatMapToDouble(cell -> Arrays.stream(study.values(cell + " noise", "N")))
                    .toArray();
            if (counts.length > 0) {
                means.add(String.format(
                        Locale.ROOT, "%s: %.2f", size, Mean.of(counts).getAsDouble()));
            }
        }
        return new Evidence("N at .25 minus N for all samples, mean of 4 training sets", rows)
                .note("test images called noise by size: " + String.join(", ", means));
    }

    /**
     * Claim 8. Effect: P_g with the noise class minus that without, mean of the 13 training sets. Supported only if all 13
     * means go that way (as in the paper), and the means of P_c in more than half. sigma_A has no pairs and is only described.
     */
    static Evidence noiseConfidence(Study study) {
        List<Contrast> confidence = noiseRows(study, "Pc");
        long higher = confidence.stream().filter(Contrast::paperWay).count();
        String count = "P_c is higher in " + higher + " of 13 training sets";
        return new Evidence("P_g with noise minus that without, mean of 13 training sets", noiseRows(study, "Pg"))
                .beside(Contrast.mean("P_c with noise minus that without, mean of 13 training sets", confidence))
                .needAllRows()
                .need(2 * higher > confidence.size(), "only in " + higher + " of 13 training sets is P_c higher")
                .note(count)
                .note(spreads(
                        study,
                        PLAIN.stream()
                                .map(cell -> new String[] {cell + " noise", cell})
                                .toList(),
                        "the set with noise"));
    }

    private static List<Contrast> noiseRows(Study study, String metric) {
        return PLAIN.stream()
                .map(cell -> contrast(study, metric, cell + " noise", cell))
                .toList();
    }

    private static Contrast accuracy(Study study, String one, String other) {
        return contrast(study, "A", one, other);
    }

    private static Contrast contrast(Study study, String metric, String one, String other) {
        return Contrast.of(study, POINTS, new Figure(metric, one), new Figure(metric, other));
    }

    /** In how many pairs of cells the first has the smaller standard deviation of accuracy. */
    private static String spreads(Study study, List<String[]> pairs, String first) {
        int known = 0;
        int smaller = 0;
        for (String[] pair : pairs) {
            double one = Interval.of(study.values(pair[0], "A")).sd();
            double other = Interval.of(study.values(pair[1], "A")).sd();
            known += Double.isNaN(one + other) ? 0 : 1;
            smaller += one < other ? 1 : 0;
        }
        return known == 0
                ? "sigma_A: needs two runs of both cells"
                : "sigma_A is smaller for " + first + " in " + smaller + " of " + known
                        + " comparisons (descriptive only: one spread a cell, no pairs)";
    }
}
