package imagespace.nn;

import imagespace.backend.Activation;
import imagespace.backend.ConvShape.Padding;

/** One layer of an {@link Architecture}: what it is, not how it runs. */
public sealed interface Layer {
    /** 2-D convolution with bias and activation. */
    record Conv(int filters, int kernel, int stride, Padding padding, Activation activation) implements Layer {}

    /** Maximum over windows of size x size, side by side. */
    record MaxPool(int size) implements Layer {}

    /** Mean over windows of size x size, side by side. */
    record AveragePool(int size) implements Layer {}

    /** Mean over all pixels of a channel. */
    record GlobalAveragePool() implements Layer {}

    /** Fully connected, with bias and activation; an image is flattened in NHWC order. */
    record Dense(int units, Activation activation) implements Layer {}

    /** Drops values with probability {@code rate} in training, and scales the rest by 1 / (1 - rate). */
    record Dropout(float rate) implements Layer {}
}
