package imagespace.backend.cpu;

import static imagespace.backend.cpu.MinimalFiltering.F2X2;
import static imagespace.backend.cpu.MinimalFiltering.F4X4;
import static imagespace.backend.cpu.MinimalFiltering.F6X4;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How outputs are cut into rows of tiles. */
class TileBandTest {
    @Test
    void heightsOfTheTwoNetworks() {
        assertEquals(List.of(new TileBand(F6X4, 0, 4), new TileBand(F4X4, 24, 2)), TileBand.cut(F6X4, 32));
        assertEquals(List.of(new TileBand(F6X4, 0, 5)), TileBand.cut(F6X4, 30));
        assertEquals(List.of(new TileBand(F6X4, 0, 2), new TileBand(F4X4, 12, 1)), TileBand.cut(F6X4, 16));
        assertEquals(List.of(new TileBand(F6X4, 0, 2), new TileBand(F4X4, 12, 1)), TileBand.cut(F6X4, 15));
        assertEquals(List.of(new TileBand(F6X4, 0, 1), new TileBand(F4X4, 6, 2)), TileBand.cut(F6X4, 13));
        assertEquals(List.of(new TileBand(F4X4, 0, 2)), TileBand.cut(F6X4, 8));
    }

    @Test
    void coverEveryRowWithNoMorePointsThanEitherHeightAlone() {
        for (int height = 1; height <= 100; height++) {
            int covered = 0;
            int points = 0;
            for (TileBand band : TileBand.cut(F6X4, height)) {
                assertEquals(covered, band.top());
                covered += band.tileRows() * band.filtering().height();
                points += band.tileRows() * band.filtering().pointRows();
            }
            assertTrue(covered >= height && covered < height + F6X4.height(), height + " rows: " + covered);
            assertTrue(points <= (height + 5) / 6 * 8 && points <= (height + 3) / 4 * 6, height + " rows: " + points);
        }
    }

    @Test
    void smallTilesGoAlone() {
        assertEquals(List.of(new TileBand(F2X2, 0, 5)), TileBand.cut(F2X2, 9));
    }
}
