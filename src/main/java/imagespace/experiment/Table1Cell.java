package imagespace.experiment;

import imagespace.strategy.Subgroup;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A cell of Table 1: one of 13 training sets, without or with the noise class.
 *
 * @param correct the subgroup of samples that the base run got right, or null for S^1, all samples
 * @param misclassified the subgroup of samples that it got wrong, or null for S^1
 * @param share p, the share of either subgroup; 1 for S^1
 * @param noise whether the noise class is added
 */
public record Table1Cell(Subgroup correct, Subgroup misclassified, double share, boolean noise) {
    /** All 26 cells in the paper's order of rows: the 13 without noise, then the 13 with it. */
    public static final List<Table1Cell> ALL = cells();

    private static List<Table1Cell> cells() {
        List<Table1Cell> cells = new ArrayList<>();
        for (boolean noise : new boolean[] {false, true}) {
            for (double share : new double[] {.25, .5, .75}) {
                for (Subgroup correct : List.of(Subgroup.LOW_CONFIDENCE, Subgroup.HIGH_CONFIDENCE)) {
                    for (Subgroup wrong : List.of(Subgroup.LOW_ILLUSIVENESS, Subgroup.HIGH_ILLUSIVENESS)) {
                        cells.add(new Table1Cell(correct, wrong, share, noise));
                    }
                }
            }
            cells.add(new Table1Cell(null, null, 1, noise));
        }
        return List.copyOf(cells);
    }

    /** Whether this is S^1, which needs no base run. */
    public boolean everything() {
        return correct == null;
    }

    /** Name for command lines and ledgers: "hc+li .25", "hc+li .25 noise", "s1", "s1 noise". */
    public String id() {
        String set = everything() ? "s1" : correct.symbol() + "+" + misclassified.symbol() + " ." + percent();
        return noise ? set + " noise" : set;
    }

    /** The paper's label, without the noise: S_hc^.25 ∪ S_li^.25. */
    public String label() {
        return everything()
                ? "S^1 (all)"
                : "S_" + correct.symbol() + "^." + percent() + " ∪ S_" + misclassified.symbol() + "^." + percent();
    }

    private long percent() {
        return Math.round(100 * share);
    }

    /**
     * Reads a list of cells, separated by commas: ids, patterns of ids with * for anything, and the words {@code all},
     * {@code plain} (without noise), {@code noise} (with it) and {@code base} (none: base runs only).
     *
     * @return the chosen cells in the paper's order
     * @throws IllegalArgumentException if an item names no cell; the message lists what there is
     */
    public static List<Table1Cell> parse(String list) {
        Set<Table1Cell> chosen = new LinkedHashSet<>();
        for (String item : list.split(",", -1)) {
            String name = item.strip().toLowerCase(Locale.ROOT).replaceAll("\\s+", " ");
            List<Table1Cell> found =
                    ALL.stream().filter(cell -> cell.matches(name)).toList();
            if (found.isEmpty() && !name.equals("base")) {
                throw new IllegalArgumentException("no cell '" + item.strip() + "'; there are all, plain, noise, base, "
                        + ALL.stream()
                                .filter(cell -> !cell.noise)
                                .map(Table1Cell::id)
                                .collect(Collectors.joining(", "))
                        + ", each also with ' noise', and patterns such as 'hc+* .25'");
            }
            chosen.addAll(found);
        }
        return ALL.stream().filter(chosen::contains).toList();
    }

    private boolean matches(String name) {
        return switch (name) {
            case "all" -> true;
            case "plain" -> !noise;
            case "noise" -> noise;
            default -> Pattern.matches(Pattern.quote(name).replace("*", "\\E.*\\Q"), id());
        };
    }
}
