package imagespace.report;

import imagespace.experiment.Table1;
import imagespace.experiment.Table1Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Table 1 of a study with 95 % intervals, each figure beside the paper's. */
final class Table1Grid {
    private static final CellFigures NO_PAPER =
            new CellFigures(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    private Table1Grid() {}

    /** A row for the base runs, and one for each of the 26 cells that has a run. */
    static Grid of(Study study) {
        List<List<String>> rows = new ArrayList<>();
        if (!study.runs(Table1.BASE).isEmpty()) {
            rows.add(row("base run, to split the samples", study, Table1.BASE, NO_PAPER));
        }
        for (Table1Cell cell : Table1Cell.ALL) {
            if (!study.runs(cell.id()).isEmpty()) {
                rows.add(row(cell.label() + (cell.noise() ? " ∪ noise" : ""), study, cell.id(), PaperTable1.of(cell)));
            }
        }
        return new Grid(
                List.of(
                        study.label(),
                        "Means over runs, ± half of the 95 % interval; percent, except N (test samples called noise). Paper: means of"
                                + " 50 runs on all of CIFAR-10."),
                List.of(
                        "Training set",
                        "runs",
                        "A",
                        "paper",
                        "σ_A",
                        "paper",
                        "P_c",
                        "paper",
                        "P_i",
                        "paper",
                        "P_g",
                        "paper",
                        "N",
                        "paper"),
                rows);
    }

    private static List<String> row(String name, Study study, String cell, CellFigures paper) {
        Interval accuracy = Interval.of(study.values(cell, "A"));
        List<String> row = new ArrayList<>();
        row.add(name);
        row.add(Integer.toString(accuracy.n()));
        row.add(Grid.percent(accuracy));
        row.add(number(paper.accuracy()));
        row.add(number(100 * accuracy.sd()));
        row.add(number(paper.sigma()));
        row.add(Grid.percent(Interval.of(study.values(cell, "Pc"))));
        row.add(number(paper.confidence()));
        row.add(Grid.percent(Interval.of(study.values(cell, "Pi"))));
        row.add(number(paper.illusiveness()));
        row.add(Grid.percent(Interval.of(study.values(cell, "Pg"))));
        row.add(number(paper.truth()));
        row.add(cell.endsWith(" noise") ? Grid.number(Interval.of(study.values(cell, "N")), 2) : "");
        row.add(number(paper.noise()));
        return row;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.2f", value);
    }
}
