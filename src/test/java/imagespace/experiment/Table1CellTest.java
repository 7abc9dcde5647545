package imagespace.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.report.PaperTable1;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Table1CellTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "all; 26",
                "plain; 13",
                "noise; 13",
                "base; 0",
                "s1; 1",
                "hc+li .25; 1",
                " HC+LI  .25 noise , s1; 2",
                "hc+*; 12",
                "*.25; 4",
                "*+hi .50*; 4",
                "s1*,s1; 2",
                "base, *noise; 13"
            })
    void readsLists(String list, int cells) {
        assertEquals(cells, Table1Cell.parse(list).size());
    }

    @Test
    void keepsThePapersOrder() {
        List<String> ids = Table1Cell.parse("s1 noise, s1, hc+li .25, lc+li .25").stream()
                .map(Table1Cell::id)
                .toList();
        assertEquals(List.of("lc+li .25", "hc+li .25", "s1", "s1 noise"), ids);
    }

    @ParameterizedTest
    @CsvSource({"hc+li .26", "hc", "xx*", "''", "hc+l[i] .25"})
    void namesWhatThereIs(String list) {
        String message = assertThrows(IllegalArgumentException.class, () -> Table1Cell.parse(list))
                .getMessage();
        assertTrue(message.contains("no cell '" + list + "'") && message.contains("lc+hi .75"), message);
    }

    @Test
    void everyCellHasItsRowInThePaper() {
        for (Table1Cell cell : Table1Cell.ALL) {
            assertTrue(PaperTable1.of(cell).accuracy() > 10, cell.id());
            assertEquals(cell.noise(), PaperTable1.of(cell).noise() > 0, cell.id());
        }
        Table1Cell cell = Table1Cell.parse("hc+li .25 noise").getFirst();
        assertEquals(55.27, PaperTable1.of(cell).accuracy());
        assertEquals("S_hc^.25 ∪ S_li^.25", cell.label());
    }
}
