package imagespace.report;

import imagespace.experiment.Table1Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Table 1 of a study with 95 % intervals, each figure beside the paper's. */
public final class Table1Grid {
    private Table1Grid() {}

    /** A row for each of the 26 cells that has a run. */
    public static Grid of(Study study) {
        List<List<String>> rows = new ArrayList<>();
        for (Table1Cell cell : Table1Cell.ALL) {
            if (!study.runs(cell.id()).isEmpty()) {
                rows.add(row(study, cell));
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

    private static List<String> row(Study study, Table1Cell cell) {
        CellFigures paper = PaperTable1.of(cell);
        Interval accuracy = Interval.of(study.values(cell.id(), "A"));
        List<String> row = new ArrayList<>();
        row.add(cell.label() + (cell.noise() ? " ∪ noise" : ""));
        row.add(Integer.toString(accuracy.n()));
        row.add(Grid.percent(accuracy));
        row.add(number(paper.accuracy()));
        row.add(number(100 * accuracy.sd()));
        row.add(number(paper.sigma()));
        row.add(Grid.percent(Interval.of(study.values(cell.id(), "Pc"))));
        row.add(number(paper.confidence()));
        row.add(Grid.percent(Interval.of(study.values(cell.id(), "Pi"))));
        row.add(number(paper.illusiveness()));
        row.add(Grid.percent(Interval.of(study.values(cell.id(), "Pg"))));
        row.add(number(paper.truth()));
        row.add(cell.noise() ? Grid.number(Interval.of(study.values(cell.id(), "N")), 2) : "");
        row.add(number(paper.noise()));
        return row;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.2f", value);
    }
}
