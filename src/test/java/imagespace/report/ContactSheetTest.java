package imagespace.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import imagespace.data.Corpus;
import imagespace.data.Images;
import imagespace.data.Scenes;
import imagespace.report.ContactSheet.Mark;
import imagespace.report.ContactSheet.Section;
import imagespace.report.Gallery.Tile;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSheetTest {
    @Test
    void samplesAreWhereTheyShouldBeAndMarkedOnesFramed(@TempDir Path folder) throws Exception {
        Corpus corpus = Scenes.corpus(1, 12, 10);
        Mark odd = new Mark("odd", Color.MAGENTA);
        ContactSheet sheet = new ContactSheet(
                corpus.train().images(), id -> id % 2 == 1 ? Optional.of(odd) : Optional.empty(), false);
        List<Tile> tiles = IntStream.range(0, 12)
                .mapToObj(id -> new Tile(id, "boat", "tree", 0.5f))
                .toList();
        Path file = folder.resolve("sheet.png");
        sheet.write(file, List.of(new Section("two rows", tiles)), List.of(odd));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
        BufferedImage picture = ImageIO.read(file.toFile());
        assertEquals(2 * 24 + 10 * 108 - 12, picture.getWidth());
        int y = 12 + 44 + 48;
        Set<Integer> colours = new HashSet<>();
        for (int x = 24; x < 24 + 96; x++) {
            colours.add(picture.getRGB(x, y));
        }
        assertTrue(colours.size() > 20, "the first tile is blank");
        assertEquals(Color.MAGENTA.getRGB(), picture.getRGB(24 + 108, y), "the second tile has no frame");
    }

    @Test
    void greySamplesAreGreyAndTheSheetGrowsByRowsAndLegend() {
        byte[] pixels = new byte[11 * 4];
        Arrays.fill(pixels, (byte) 200);
        ContactSheet sheet = new ContactSheet(new Images(pixels, 2, 2, 1), id -> Optional.empty(), false);
        List<Tile> tiles = IntStream.range(0, 11)
                .mapToObj(id -> new Tile(id, "zero", "zero", 1))
                .toList();

        BufferedImage twoRows = sheet.draw(List.of(new Section("", tiles)), List.of());
        BufferedImage oneRow = sheet.draw(List.of(new Section("", tiles.subList(0, 10))), List.of());
        BufferedImage withLegend = sheet.draw(List.of(new Section("", tiles)), List.of(new Mark("odd", Color.RED)));

        assertEquals(new Color(200, 200, 200).getRGB(), twoRows.getRGB(24 + 48, 12 + 44 + 48));
        assertEquals(96 + 34 + 12, twoRows.getHeight() - oneRow.getHeight());
        assertEquals(30, withLegend.getHeight() - twoRows.getHeight());
    }

    @Test
    void aLongNameIsCutAndTheProbabilityBesideItStays() {
        assertEquals("as ship 97 %", ContactSheet.fitted("as ship", " 97 %", String::length, 12));
        assertEquals("as auto… 97 %", ContactSheet.fitted("as automobile", " 97 %", String::length, 13));
        assertEquals("a… 100 %", ContactSheet.fitted("as automobile", " 100 %", String::length, 1));
    }
}
