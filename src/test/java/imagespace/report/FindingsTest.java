package imagespace.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import imagespace.experiment.Metrics;
import imagespace.experiment.Table1Cell;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingsTest {
    @Test
    void thePapersOwnFiguresShowItsObservations() {
        Map<Table1Cell, CellFigures> paper = new LinkedHashMap<>();
        Table1Cell.ALL.forEach(cell -> paper.put(cell, PaperTable1.of(cell)));

        List<String> sentences = Findings.of(paper);
        assertEquals(
                "More samples are not always better: S_hc^.25 ∪ S_li^.25 gives a test accuracy of 53.6 %,"
                        + " S_lc^.50 ∪ S_hi^.50, with twice as many samples, 41.1 %.",
                sentences.get(0));
        assertEquals("12 of 12", sentences.get(1).replaceAll(".*in (.*) pairs.*", "$1"));
        assertEquals("10 of 12", sentences.get(2).replaceAll(".*in (.*) pairs.*", "$1"));
        assertEquals(
                "A random-noise class: accuracy is higher in 12 of 13 training sets, by +1.5 points on the mean.",
                sentences.get(3));
    }

    @Test
    void saysWhenItIsTheOtherWayAboutAndNothingOfCellsWithoutRuns() {
        Map<Table1Cell, CellFigures> ours = new LinkedHashMap<>();
        put(ours, "hc+li .25", .3);
        put(ours, "lc+hi .50", .5);
        put(ours, "s1", .9);
        put(ours, "s1 noise", .8);
        ours.put(Table1Cell.parse("lc+li .25").getFirst(), CellFigures.of(List.of(), false));

        assertEquals(
                List.of(
                        "Here more samples are better: S_hc^.25 ∪ S_li^.25 gives a test accuracy of 30.0 %,"
                                + " S_lc^.50 ∪ S_hi^.50, with twice as many samples, 50.0 %.",
                        "A random-noise class: accuracy is higher in 0 of 1 training sets, by -10.0 points on the mean."),
                Findings.of(ours));
    }

    private static void put(Map<Table1Cell, CellFigures> ours, String id, double accuracy) {
        Table1Cell cell = Table1Cell.parse(id).getFirst();
        ours.put(cell, CellFigures.of(List.of(new Metrics(accuracy, 1, 1, 1, 0)), cell.noise()));
    }
}
