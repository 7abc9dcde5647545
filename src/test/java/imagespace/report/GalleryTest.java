package imagespace.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import imagespace.data.Dataset;
import imagespace.data.Images;
import imagespace.train.Predictions;
import java.util.List;
import org.junit.jupiter.api.Test;

class GalleryTest {
    @Test
    void showsTheSurestOfEachClassAndTheSurestErrors() {
        int[] labels = {0, 1, 0, 0, 1, 1, 0};
        Dataset train = Dataset.of(new Images(new byte[7], 1, 1, 1), labels, List.of("ship", "truck"));
        float[] maximum = {.6f, .99f, .8f, .7f, .9f, .5f, .97f};
        Predictions base = new Predictions(train.ids(), labels, new int[] {0, 1, 0, 0, 0, 0, 1}, maximum, maximum);

        Gallery gallery = Gallery.of(train, base, 2, 2);

        assertEquals(
                List.of("ship 80 %", "ship 70 %", "truck 99 %"),
                gallery.confident().stream().map(Gallery.Tile::caption).toList());
        assertEquals(
                List.of("ship -> truck 97 %", "truck -> ship 90 %"),
                gallery.illusive().stream().map(Gallery.Tile::caption).toList());
        assertEquals(
                List.of(6, 4), gallery.illusive().stream().map(Gallery.Tile::id).toList());
    }
}
