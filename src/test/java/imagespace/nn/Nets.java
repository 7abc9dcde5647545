package imagespace.nn;

import static imagespace.backend.Activation.IDENTITY;
import static imagespace.backend.Activation.LEAKY_RELU;
import static imagespace.backend.Activation.RELU;
import static imagespace.backend.ConvShape.Padding.SAME;
import static imagespace.backend.ConvShape.Padding.VALID;

import java.util.List;

/** Small networks for tests. */
public final class Nets {
    private Nets() {}

    /** One of each layer, on images that are not square: 13x11x3 to {@code classes} logits. */
    public static Architecture mixed(float dropout, int classes) {
        return new Architecture(
                "mixed",
                13,
                11,
                3,
                Initializer.HE_NORMAL,
                List.of(
                        new Layer.Conv(5, 3, 1, SAME, LEAKY_RELU),
                        new Layer.Conv(10, 3, 2, VALID, LEAKY_RELU),
                        new Layer.MaxPool(2),
                        new Layer.Dropout(dropout),
                        new Layer.AveragePool(2),
                        new Layer.Dense(classes, IDENTITY)));
    }

    /** The network keras with fewer channels, and without dropout, on 14x14x3. */
    public static Architecture smallKeras(int classes) {
        return new Architecture(
                "small keras",
                14,
                14,
                3,
                Initializer.GLOROT_UNIFORM,
                List.of(
                        new Layer.Conv(8, 3, 1, SAME, RELU),
                        new Layer.Conv(9, 3, 1, VALID, RELU),
                        new Layer.MaxPool(2),
                        new Layer.Conv(12, 3, 1, SAME, RELU),
                        new Layer.Conv(11, 3, 1, VALID, RELU),
                        new Layer.MaxPool(2),
                        new Layer.Dense(20, RELU),
                        new Layer.Dropout(0),
                        new Layer.Dense(classes, IDENTITY)));
    }

    /** Convolutions of as many channels as a GPU's tensor cores take at a time, on 10x9x3. */
    public static Architecture narrow(float dropout, int classes) {
        return new Architecture(
                "narrow",
                10,
                9,
                3,
                Initializer.GLOROT_UNIFORM,
                List.of(
                        new Layer.Conv(32, 3, 1, SAME, RELU),
                        new Layer.Conv(32, 3, 1, VALID, RELU),
                        new Layer.MaxPool(2),
                        new Layer.Dropout(dropout),
                        new Layer.Conv(64, 3, 1, SAME, RELU),
                        new Layer.Conv(64, 3, 1, SAME, LEAKY_RELU),
                        new Layer.Conv(classes, 3, 1, SAME, LEAKY_RELU),
                        new Layer.Dense(classes, IDENTITY)));
    }

    /** The network allconv with fewer channels, on 12x12x3. */
    public static Architecture smallAllconv(int classes) {
        return new Architecture(
                "small allconv",
                12,
                12,
                3,
                Initializer.CLEVERHANS,
                List.of(
                        new Layer.Conv(6, 3, 1, SAME, LEAKY_RELU),
                        new Layer.Conv(12, 3, 1, SAME, LEAKY_RELU),
                        new Layer.AveragePool(2),
                        new Layer.Conv(12, 3, 1, SAME, LEAKY_RELU),
                        new Layer.Conv(17, 3, 1, SAME, LEAKY_RELU),
                        new Layer.AveragePool(2),
                        new Layer.Conv(classes, 3, 1, SAME, LEAKY_RELU),
                        new Layer.GlobalAveragePool()));
    }

    /** Dropout after a convolution and after a dense layer, and no kink anywhere: the loss is smooth. 6x6x2 images. */
    public static Architecture smoothWithDropout(float rate, int classes) {
        return new Architecture(
                "smooth",
                6,
                6,
                2,
                Initializer.GLOROT_UNIFORM,
                List.of(
                        new Layer.Conv(5, 3, 1, SAME, IDENTITY),
                        new Layer.Dropout(rate),
                        new Layer.AveragePool(2),
                        new Layer.Dense(11, IDENTITY),
                        new Layer.Dropout(rate),
                        new Layer.Dense(classes, IDENTITY)));
    }

    /** Dropout wherever it may stand, and convolutions in a row; the loss is smooth. 6x6x2 images. */
    public static Architecture dropoutEverywhere(float rate, int classes) {
        return new Architecture(
                "dropout everywhere",
                6,
                6,
                2,
                Initializer.GLOROT_UNIFORM,
                List.of(
                        new Layer.Dropout(rate),
                        new Layer.Conv(5, 3, 1, SAME, IDENTITY),
                        new Layer.Conv(6, 3, 1, SAME, IDENTITY),
                        new Layer.Dropout(rate),
                        new Layer.Dropout(rate),
                        new Layer.Conv(4, 3, 1, SAME, IDENTITY),
                        new Layer.AveragePool(2),
                        new Layer.Dropout(rate),
                        new Layer.Conv(5, 3, 1, SAME, IDENTITY),
                        new Layer.AveragePool(3),
                        new Layer.Dense(classes, IDENTITY)));
    }

    /** A convolution, a pooling, dropout and two dense layers on 6x6x1, for quick trainings. */
    public static Architecture tiny(float dropout, int classes) {
        return new Architecture(
                "tiny",
                6,
                6,
                1,
                Initializer.GLOROT_UNIFORM,
                List.of(
                        new Layer.Conv(4, 3, 1, SAME, RELU),
                        new Layer.MaxPool(2),
                        new Layer.Dense(16, RELU),
                        new Layer.Dropout(dropout),
                        new Layer.Dense(classes, IDENTITY)));
    }
}
