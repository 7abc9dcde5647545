package imagespace.report.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.data.DataException;
import imagespace.experiment.Figure1;
import imagespace.experiment.LedgerEntry;
import imagespace.experiment.LedgerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the report says of made-up results. */
class ReportPageTest {
    private final MadeUpResults results = new MadeUpResults();

    @TempDir
    Path folder;

    private String page() throws Exception {
        results.write(folder);
        return ReportPage.of(folder);
    }

    /** The text of a section, from its anchor to its end. */
    private static String section(String page, String id) {
        int start = page.indexOf("<section id=\"" + id + "\"");
        assertTrue(start >= 0, "no section " + id);
        return page.substring(start, page.indexOf("</section>", start));
    }

    @Test
    void aPageOfOneExperimentSaysHowToMakeTheOthers() throws Exception {
        results.add(
                "figure1",
                "around",
                0,
                Map.of("mse", .1, "width", .1),
                Map.of("f", new double[Figure1.GRID]),
                LedgerEntry.FINISHED);
        String page = page();
        assertTrue(page.contains("<code>imagespace table2</code> makes it"), page);
        assertTrue(section(page, "samples").contains("<code>imagespace illusive</code> makes them"), page);
        assertFalse(page.contains("<code>imagespace figure1</code> makes it"), "it is there");
        assertTrue(page.contains("made up &amp; &lt;odd&gt;"), "text from outside is escaped");
        assertFalse(page.contains("<odd>"));
        assertTrue(section(page, "figure1").contains("No bands: there is one run."), "one run has no interval");
    }

    @Test
    void withoutALedgerThereIsNoPage() {
        assertThrows(LedgerException.class, () -> ReportPage.of(folder));
        assertThrows(LedgerException.class, () -> ReportPage.of(folder.resolve("none")));
    }

    @Test
    void failedRunsAreCounted() throws Exception {
        results.add("table2", "all", 0, Map.of("Aleg", .5));
        results.addFailed("table2", "all", 1);
        results.addFailed("table2", "clean", 0);
        results.addFailed("quotient", "all", 0);
        String page = page();
        assertTrue(section(page, "table2").contains("1 finished in 1 s, 2 failed"), section(page, "table2"));
        assertTrue(section(page, "quotient").contains("No run has finished, 1 failed."), section(page, "quotient"));
        assertTrue(section(page, "runs").contains("4 lines in the ledgers, 3 of them failed runs."));
    }

    @Test
    void baseRunsAloneMakeARowOfTable1() throws Exception {
        results.add("table1", "base", 0, Map.of("A", .7234, "Pc", .8, "Pi", .5, "Pg", .2, "N", 0.));
        String table = section(page(), "table1");
        assertTrue(table.contains("<td>base run, to split the samples</td><td>1</td><td>72.34</td>"), table);
    }

    @Test
    void thePlantedSamplesThatIllusiveFindsAreShown() throws Exception {
        for (int run = 0; run < 2; run++) {
            results.add("illusive", "base", run, Map.of("A", .5, "illusive", 40., "precision", .125, "recall", .75));
        }
        String table = section(page(), "illusive");
        assertTrue(table.contains("<td>12.50 ±0.00</td><td>75.00 ±0.00</td>"), table);
    }

    @Test
    void aPictureSaysWhereItComesFrom() throws Exception {
        results.add("figure2", "base", 0, Map.of("A", .5, "illusive", 40.));
        results.writeSamples(folder);
        String samples = section(page(), "samples-1");
        assertTrue(samples.contains("Run 1 of figure2 on made up &amp; &lt;odd&gt;"), samples);
        assertTrue(samples.contains("<dt>Machine</dt><dd>a processor, 2 cores, JDK 25, Linux</dd>"), samples);
        assertTrue(samples.contains("715 of 5,000 training samples are illusive"), "every seventh");
    }

    @ParameterizedTest
    @CsvSource({
        "samples.csv, '', is empty",
        "samples.csv, 'id,file\n1,a\n', has no column right",
        "samples.csv, 'right,epochs,meanConfidence,variability,illusive\n1,2,x,.1,true\n', no number in row 2",
        "samples.csv, 'right,epochs,meanConfidence,variability,illusive\n1,2,NaN,.1,true\n', no number in row 2",
        "samples.csv, 'right,epochs,meanConfidence,variability,illusive\n1,2,.1', ends in the middle of a row",
        "samples.csv, 'right,epochs,meanConfidence,variability,illusive\n1,2\n', another length than its header: row 2",
        "ccm.csv, '', is empty",
        "ccm.csv, 't,a,b\na,1,2\n', 'has 2 columns of counts, but 1 rows'",
        "ccm.csv, 't,a,b\na,1,2\nb,q,1\n', no number in row 3",
        "gallery.png, 'no picture', is not a whole picture"
    })
    void aDamagedFileIsNamedInOneLine(String file, String text, String wrong) throws Exception {
        results.add("illusive", "base", 0, Map.of("A", .5));
        Files.writeString(folder.resolve(file), text);
        DataException e = assertThrows(DataException.class, this::page);
        assertTrue(e.getMessage().startsWith(folder.resolve(file) + " "), e.getMessage());
        assertTrue(e.getMessage().contains(wrong), e.getMessage());
        assertTrue(e.getMessage().endsWith("; delete it, or run its experiment again"), e.getMessage());
    }

    @Test
    void theSymbolsOfThePaperHaveIndicesAndExponents() {
        assertEquals(
                "S<sub>hc</sub><sup>.25</sup> ∪ S<sub>li</sub><sup>.25</sup> ∪ noise",
                Html.symbols("S_hc^.25 ∪ S_li^.25 ∪ noise"));
        assertEquals("S<sup>1</sup> (all)", Html.symbols("S^1 (all)"));
        assertEquals("σ<sub>A</sub> and σ<sub>A</sub>", Html.symbols("σ_A and sigma_A"));
        assertEquals("S_city P_c1 &lt;b&gt; cat.png", Html.symbols("S_city P_c1 <b> cat.png"));
    }
}
