package imagespace.report;

import imagespace.experiment.Figure1;
import imagespace.experiment.Figure2;
import imagespace.experiment.IllusiveSearch;
import imagespace.experiment.Quotient;
import imagespace.experiment.Table1;
import imagespace.experiment.Table2;
import java.util.ArrayList;
import java.util.List;

/** The tables of all experiments: means over runs with 95 % intervals. */
public final class StudyGrids {
    private static final String INTERVALS = "Percent, means over runs, ± half of the 95 % interval.";

    private StudyGrids() {}

    /** The table of a study, by its experiment. */
    public static Grid of(Study study) {
        return switch (study.experiment()) {
            case Figure1.NAME -> figure1(study);
            case Figure2.NAME -> figure2(study);
            case Table1.NAME -> Table1Grid.of(study);
            case Table2.NAME -> table2(study);
            case Quotient.NAME -> quotient(study);
            case IllusiveSearch.NAME -> illusive(study);
            default -> throw new IllegalArgumentException("no table of " + study.experiment());
        };
    }

    private static Grid figure1(Study study) {
        List<List<String>> rows = new ArrayList<>();
        for (String cell : List.of(Figure1.AROUND, Figure1.ENDS)) {
            rows.add(List.of(
                    cell.equals(Figure1.AROUND) ? "in [0.4, 0.6)" : "in [0, 0.1) and [0.9, 1)",
                    Integer.toString(study.runs(cell).size()),
                    Grid.number(of(study, cell, "mse"), 4),
                    Grid.number(of(study, cell, "width"), 3)));
        }
        return new Grid(
                List.of(
                        study.label(),
                        "Undecided: the share of [0, 1) in which the learned f lies between -0.9 and 0.9. Means over runs, ± half"
                                + " of the 95 % interval."),
                List.of("Samples", "runs", "mean squared error on [0, 1)", "undecided"),
                rows);
    }

    private static Grid figure2(Study study) {
        List<List<String>> rows = new ArrayList<>();
        for (String cell : List.of(Figure2.ALL, Figure2.CLEAN, Figure2.RANDOM)) {
            rows.add(List.of(
                    training(cell),
                    Integer.toString(study.runs(cell).size()),
                    Grid.number(of(study, cell, "removed"), 0),
                    Grid.percent(of(study, cell, "A")),
                    Grid.number(of(study, cell, "overfit"), 3),
                    Grid.number(of(study, cell, "overfitClean"), 3)));
        }
        return new Grid(
                List.of(
                        study.label(),
                        "Over-fitting: how far the test loss has risen at the end above its least value; on all test samples,"
                                + " and without the illusive ones. Means over runs, ± half of the 95 % interval."),
                List.of("Training set", "runs", "removed", "A, %", "over-fitting", "without illusive test samples"),
                rows);
    }

    /** What a cell is trained with, in words. */
    static String training(String cell) {
        return switch (cell) {
            case Figure2.ALL -> "all samples";
            case Figure2.CLEAN -> "without the illusive ones";
            case Figure2.RANDOM -> "without as many random ones";
            default -> cell;
        };
    }

    /** The paper's table 2 by size of attack; its figures stand beside those of the same number of epochs. */
    private static Grid table2(Study study) {
        Object epochs = study.settings().get("epochs");
        List<List<String>> rows = new ArrayList<>();
        PaperTable2.Row legitimate = PaperTable2.of(epochs, Table2.EPS.getFirst());
        rows.add(row(
                "legitimate",
                study,
                "Aleg",
                PaperTable2.text(legitimate.legitimate()),
                PaperTable2.text(legitimate.legitimateWithoutIllusive())));
        for (double eps : Table2.EPS) {
            PaperTable2.Row paper = PaperTable2.of(epochs, eps);
            rows.add(row(
                    "FGSM, eps " + eps,
                    study,
                    Table2.adversarial(eps),
                    PaperTable2.text(paper.adversarial()),
                    PaperTable2.text(paper.adversarialWithoutIllusive())));
        }
        return new Grid(
                List.of(
                        study.label(),
                        "Illusive samples removed: " + Grid.number(of(study, Figure2.CLEAN, "removed"), 0) + ". "
                                + INTERVALS,
                        "Paper: all of CIFAR-10, 20 runs, the same number of epochs (legitimate: its row of eps .3)."),
                List.of("Test images", "A, all samples", "paper", "A*, without illusive", "paper", "A, random removal"),
                rows);
    }

    private static List<String> row(String name, Study study, String metric, String paper, String paperClean) {
        return List.of(
                name,
                Grid.percent(of(study, Figure2.ALL, metric)),
                paper,
                Grid.percent(of(study, Figure2.CLEAN, metric)),
                paperClean,
                Grid.percent(of(study, Figure2.RANDOM, metric)));
    }

    private static Grid quotient(Study study) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(quotientRow("all samples", study, Quotient.ALL, "A", ""));
        rows.add(quotientRow("sliced: main classifier alone", study, Quotient.SLICED, "A", ""));
        rows.add(quotientRow(
                "glued by a router learned from training samples", study, Quotient.SLICED, "Arouter", "routedRouter"));
        rows.add(quotientRow(
                "ORACLE: glued by the true illusiveness of test samples",
                study,
                Quotient.SLICED,
                "Aoracle",
                "routedOracle"));
        for (int rate : Quotient.RATES) {
            rows.add(quotientRow("all samples, learning rate x" + rate, study, Quotient.ALL + " x" + rate, "A", ""));
            rows.add(quotientRow(
                    "sliced: main classifier alone, learning rate x" + rate,
                    study,
                    Quotient.SLICED + " x" + rate,
                    "A",
                    ""));
        }
        return new Grid(
                List.of(
                        study.label(),
                        "Illusive training samples: " + Grid.number(of(study, Quotient.SLICED, "removed"), 0)
                                + "; equivalence classes: "
                                + Grid.number(of(study, Quotient.SLICED, "equivalenceClasses"), 1) + ". " + INTERVALS,
                        "The oracle knows of each test sample whether a network trained on all samples gets it wrong: the paper's"
                                + " selection, which nobody has in use."),
                List.of("Classifier", "runs", "A, %", "test samples for the second classifier"),
                rows);
    }

    private static List<String> quotientRow(String name, Study study, String cell, String metric, String routed) {
        return List.of(
                name,
                Integer.toString(study.runs(cell).size()),
                Grid.percent(of(study, cell, metric)),
                routed.isEmpty() ? "" : Grid.number(of(study, cell, routed), 0));
    }

    private static Grid illusive(Study study) {
        return new Grid(
                List.of(
                        study.label(),
                        "Means over runs, ± half of the 95 % interval; each run finds its illusive samples by itself. Precision:"
                                + " the share of the illusive samples that are planted to mislead; recall: the share of the planted"
                                + " ones that are found. Both only where the truth is known."),
                List.of("Runs", "A, %", "illusive", "illusive test samples", "precision, %", "recall, %"),
                List.of(List.of(
                        Integer.toString(study.runs(Figure2.BASE).size()),
                        Grid.percent(of(study, Figure2.BASE, "A")),
                        Grid.number(of(study, Figure2.BASE, "illusive"), 0),
                        Grid.number(of(study, Figure2.BASE, "illusiveTest"), 0),
                        Grid.percent(of(study, Figure2.BASE, "precision")),
                        Grid.percent(of(study, Figure2.BASE, "recall")))));
    }

    private static Interval of(Study study, String cell, String metric) {
        return Interval.of(study.values(cell, metric));
    }
}
