package imagespace.backend;

import static imagespace.backend.ConvShape.Padding.SAME;
import static imagespace.backend.ConvShape.Padding.VALID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import imagespace.backend.ConvShape.Padding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes and padding by TensorFlow's rule: an odd zero goes below and right. */
class ConvShapeTest {
    @ParameterizedTest
    @CsvSource({
        "32, 3, 1, SAME, 32, 1",
        "32, 3, 1, VALID, 30, 0",
        "32, 3, 2, SAME, 16, 0",
        "31, 3, 2, SAME, 16, 1",
        "32, 2, 1, SAME, 32, 0",
        "32, 5, 1, SAME, 32, 2",
        "32, 5, 3, SAME, 11, 1",
        "7, 1, 3, SAME, 3, 0",
        "8, 1, 3, SAME, 3, 0",
        "1, 5, 1, SAME, 1, 2",
        "1, 2, 2, SAME, 1, 0",
        "7, 3, 2, VALID, 3, 0",
        "8, 3, 2, VALID, 3, 0",
        "3, 3, 2, VALID, 1, 0",
    })
    void extentAndPadding(int side, int kernel, int stride, Padding padding, int out, int before) {
        ConvShape rows = ConvShape.of(side, 40, 2, 3, kernel, stride, padding);
        ConvShape columns = ConvShape.of(40, side, 2, 3, kernel, stride, padding);
        assertEquals(out, rows.outHeight());
        assertEquals(before, rows.padTop());
        assertEquals(out, columns.outWidth());
        assertEquals(before, columns.padLeft());
        assertEquals(rows.outHeight() * rows.outWidth() * 3, rows.outputSize());
    }

    @ParameterizedTest
    @CsvSource({"2, 5", "5, 2"})
    void aKernelLargerThanTheImageDoesNotFit(int height, int width) {
        assertThrows(IllegalArgumentException.class, () -> ConvShape.of(height, width, 1, 1, 3, 1, VALID));
        assertEquals(height, ConvShape.of(height, width, 1, 1, 3, 1, SAME).outHeight());
    }
}
