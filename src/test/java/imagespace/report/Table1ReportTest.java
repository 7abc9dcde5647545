package imagespace.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.experiment.Metrics;
import imagespace.experiment.Table1Cell;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Table1ReportTest {
    private static final List<Metrics> TWO =
            List.of(new Metrics(.5, .8, Double.NaN, .1, 3), new Metrics(.6, .9, .25, .2, 4));

    @Test
    void averagesOverRunsAndSkipsWhatIsNotDefined() {
        CellFigures figures = CellFigures.of(TWO, true);

        assertEquals(2, figures.runs());
        assertEquals(55, figures.accuracy(), 1e-12);
        assertEquals(10 / Math.sqrt(2), figures.sigma(), 1e-12);
        assertEquals(85, figures.confidence(), 1e-12);
        assertEquals(25, figures.illusiveness(), 1e-12);
        assertEquals(15, figures.truth(), 1e-12);
        assertEquals(3.5, figures.noise());
    }

    @Test
    void oursStandsBesideThePapers() {
        Map<Table1Cell, CellFigures> ours = new LinkedHashMap<>();
        Table1Cell noise = Table1Cell.parse("hc+li .25 noise").getFirst();
        Table1Cell all = Table1Cell.parse("s1").getFirst();
        Table1Cell missing = Table1Cell.parse("lc+li .25").getFirst();
        ours.put(noise, CellFigures.of(TWO, true));
        ours.put(all, CellFigures.of(TWO.subList(1, 2), false));
        ours.put(missing, CellFigures.of(List.of(), false));
        Table1Report report = new Table1Report(List.of("Data: none"), ours);

        List<String> lines = report.text().lines().toList();
        assertEquals("Data: none", lines.get(0));
        assertEquals(
                "S_hc^.25 ∪ S_li^.25 ∪ noise       2  55.00  55.27   7.07   0.86  85.00  79.24  25.00  58.60"
                        + "  15.00  12.86   3.50   5.36",
                lines.get(4));
        assertTrue(lines.get(5).startsWith("S^1 (all)                         1  60.00  74.67      -   0.46"));
        assertTrue(lines.get(6).startsWith("S_lc^.25 ∪ S_li^.25               0      -  27.12      -   2.40"));
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120));

        assertTrue(report.csv().contains("\ns1,1,60.0,,90.0,25.0,20.0,,74.67,0.46,83.22,59.39,16.49,\n"));
    }
}
