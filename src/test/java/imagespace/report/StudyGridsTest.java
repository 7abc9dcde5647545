package imagespace.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.experiment.Configuration;
import imagespace.experiment.Figure1;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.Machine;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** Tables and figures of made-up studies. */
class StudyGridsTest {
    private static LedgerEntry entry(
            String experiment, String cell, int run, Map<String, Double> metrics, Map<String, double[]> curves) {
        Configuration configuration = new Configuration(new TreeMap<>(Map.of(
                "experiment", experiment, "cell", cell, "seed", run, "epochs", 6, "dataDigest", "d", "rate", 1)));
        return new LedgerEntry(
                experiment,
                cell,
                run,
                run,
                LedgerEntry.FINISHED,
                null,
                new TreeMap<>(metrics),
                new TreeMap<>(curves),
                configuration,
                configuration.hash(),
                "made up",
                "cpu",
                "a device",
                new Machine("a processor", 2, "25", "Linux"),
                "0",
                1,
                "2026-01-01T00:00:00Z");
    }

    @Test
    void table2StandsBesideThePaperOfTheSameEpochs() {
        List<LedgerEntry> entries = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            for (String cell : List.of("all", "clean", "random")) {
                double a = (cell.equals("clean") ? .5 : .4) + run * .02;
                entries.add(entry(
                        "table2",
                        cell,
                        run,
                        Map.of("Aleg", a, "Aadv .3", a / 4, "Aadv .1", a / 3, "removed", 7.0),
                        Map.of()));
            }
        }
        Grid grid = StudyGrids.of(Study.of(entries).getFirst());
        assertEquals(5, grid.rows().size());
        // 40 % and 42 %: mean 41, t(.975, 1 degree) = 12.706, half width 12.706 * 1.414 / 1.414 = 12.71
        assertEquals("41.00 ±12.71", grid.rows().getFirst().get(1));
        assertEquals("78.90", grid.rows().getFirst().get(2), "the paper's legitimate accuracy at n = 6");
        assertEquals("51.00 ±12.71", grid.rows().getFirst().get(3));
        assertEquals("10.84", grid.rows().get(1).get(2));
        assertEquals("-", grid.rows().get(4).get(1), "no figure at eps .01");
        assertTrue(
                grid.markdown("Table 2").contains("| legitimate | 41.00 ±12.71 | 78.90 | 51.00"), grid.markdown("x"));
        grid.text().lines().forEach(line -> assertFalse(line.endsWith(" "), line));
    }

    @Test
    void theOracleIsAlwaysCalledOne() {
        Study study = Study.of(List.of(
                        entry("quotient", "sliced", 0, Map.of("A", .5, "Aoracle", .6, "Arouter", .51), Map.of())))
                .getFirst();
        List<List<String>> rows = StudyGrids.of(study).rows();
        List<List<String>> sixty =
                rows.stream().filter(row -> row.contains("60.00")).toList();
        assertEquals(1, sixty.size());
        assertTrue(sixty.getFirst().getFirst().startsWith("ORACLE"));
    }

    @Test
    void figuresAreWholeSvgFiles() throws Exception {
        List<LedgerEntry> entries = new ArrayList<>();
        for (int run = 0; run < 3; run++) {
            double[] f = new double[Figure1.GRID];
            f[3] = run;
            entries.add(entry("figure1", "around", run, Map.of("width", .1), Map.of("f", f)));
            for (String cell : List.of("all", "clean", "random")) {
                double[] loss = {2, 1 + run, 3, Double.NaN};
                entries.add(entry(
                        "figure2",
                        cell,
                        run,
                        Map.of("A", .5),
                        Map.of("testLoss", loss, "testLossClean", loss, "testAccuracy", loss)));
            }
        }
        List<Study> studies = Study.of(entries);
        for (String svg : List.of(
                Figures.figure1(studies.get(0)),
                Figures.figure2Loss(studies.get(1)),
                Figures.figure2Accuracy(studies.get(1)))) {
            var document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)));
            assertEquals("svg", document.getDocumentElement().getTagName());
            assertTrue(document.getElementsByTagName("path").getLength() >= 2, svg);
            assertFalse(svg.contains("NaN") || svg.contains("Infinity"), svg);
        }
    }

    @Test
    void axesHaveRoundNumbers() {
        double[] x = {0, 1, 2};
        CurvePlot plot = new CurvePlot(
                "a < b & c",
                "x",
                "y",
                List.of(new CurvePlot.Series("\"q\"", x, new double[] {.013, .027, .0331}, null, null, 0, false)));
        String svg = plot.svg();
        assertTrue(svg.contains(">0.010<") && svg.contains(">0.035<"), svg);
        assertTrue(svg.contains("a &lt; b &amp; c") && svg.contains("&quot;q&quot;"), svg);
    }

    /** Values that double are equally far apart, and named by what they are. */
    @Test
    void logarithmicAxesNameTheValues() {
        double[] x = {1, 4, 16};
        List<CurvePlot.Series> curve =
                List.of(new CurvePlot.Series("c", x, new double[] {256, 1024, 4096}, null, null, 0, false));
        String svg = new CurvePlot("t", "x", "y", curve, true).svg();
        assertTrue(svg.contains(">16<") && svg.contains(">1,024<") && svg.contains(">4,096<"), svg);
        assertTrue(svg.contains("M62.0 344.0 L340.0 200.0 L618.0 56.0"), svg);
    }
}
