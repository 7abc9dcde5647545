package imagespace.nn;

import static imagespace.backend.Activation.IDENTITY;
import static imagespace.backend.Activation.LEAKY_RELU;
import static imagespace.backend.Activation.RELU;
import static imagespace.backend.ConvShape.Padding.SAME;
import static imagespace.backend.ConvShape.Padding.VALID;

import java.util.ArrayList;
import java.util.List;

/**
 * A network as data: input size, initialiser, layers. {@link Network} makes it run.
 *
 * @param name "keras" or "allconv" for the two reference networks, "allconv/16" for one with 16 filters at first
 * @param height rows of the input images
 * @param width columns of the input images
 * @param channels channels of the input images
 * @param initializer how weights start; biases start at 0
 * @param layers from input to logits
 */
public record Architecture(
        String name, int height, int width, int channels, Initializer initializer, List<Layer> layers) {
    public Architecture {
        layers = List.copyOf(layers);
    }

    /** The names that {@link #named} knows. */
    public static final List<String> NAMES = List.of("keras", "allconv");

    /** Filters of the first convolution of allconv. */
    private static final int ALLCONV_FILTERS = 64;

    private static final int MOST_FILTERS = 1024;

    /** A reference network by name; "allconv/16" is allconv with 16 filters in its first layer instead of 64. */
    public static Architecture named(String name, int height, int width, int channels, int classes) {
        return switch (name) {
            case "keras" -> keras(height, width, channels, classes);
            case "allconv" -> allconv(height, width, channels, classes);
            default -> allconv(name, filters(name), height, width, channels, classes);
        };
    }

    private static int filters(String name) {
        if (name.matches("allconv/[1-9][0-9]{0,3}")) {
            int filters = Integer.parseInt(name.substring(name.indexOf('/') + 1));
            if (filters <= MOST_FILTERS) {
                return filters;
            }
        }
        throw new IllegalArgumentException("no network '" + name + "'; there are " + NAMES
                + ", and allconv/N with N filters (up to " + MOST_FILTERS + ") in its first layer");
    }

    /**
     * The network of Table 1: Keras' CIFAR-10 example. The paper does not name its own; this one's accuracy is close to
     * the paper's (74.67 % on all samples).
     */
    public static Architecture keras(int height, int width, int channels, int classes) {
        return new Architecture(
                "keras",
                height,
                width,
                channels,
                Initializer.GLOROT_UNIFORM,
                List.of(
                        new Layer.Conv(32, 3, 1, SAME, RELU),
                        new Layer.Conv(32, 3, 1, VALID, RELU),
                        new Layer.MaxPool(2),
                        new Layer.Dropout(0.25f),
                        new Layer.Conv(64, 3, 1, SAME, RELU),
                        new Layer.Conv(64, 3, 1, VALID, RELU),
                        new Layer.MaxPool(2),
                        new Layer.Dropout(0.25f),
                        new Layer.Dense(512, RELU),
                        new Layer.Dropout(0.5f),
                        new Layer.Dense(classes, IDENTITY)));
    }

    /** The network of Table 2: the all-convolutional one of CleverHans 3.0.1's CIFAR-10 tutorial, 64 filters. */
    public static Architecture allconv(int height, int width, int channels, int classes) {
        return allconv("allconv", ALLCONV_FILTERS, height, width, channels, classes);
    }

    private static Architecture allconv(String name, int filters, int height, int width, int channels, int classes) {
        List<Layer> layers = new ArrayList<>();
        for (int scale = 0; scale < 3; scale++) {
            layers.add(new Layer.Conv(filters << scale, 3, 1, SAME, LEAKY_RELU));
            layers.add(new Layer.Conv(2 * filters << scale, 3, 1, SAME, LEAKY_RELU));
            layers.add(new Layer.AveragePool(2));
        }
        layers.add(new Layer.Conv(classes, 3, 1, SAME, LEAKY_RELU));
        layers.add(new Layer.GlobalAveragePool());
        return new Architecture(name, height, width, channels, Initializer.CLEVERHANS, layers);
    }
}
