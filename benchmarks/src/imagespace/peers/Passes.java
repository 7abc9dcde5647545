package imagespace.peers;

import imagespace.backend.ConvShape;

/** The three passes of one convolution on a batch, by some library. All operands are in memory before they are timed. */
public interface Passes extends AutoCloseable {
    /** Output of the layer. */
    void forward();

    /** Gradient of the input. */
    void data();

    /** Gradient of the weights. */
    void weights();

    @Override
    void close();

    /**
     * By name: "direct" and "winograd" are ours, "libtorch" and "onednn" the peers.
     *
     * @param images in a batch
     */
    static Passes of(String library, ConvShape shape, int images) {
        return switch (library) {
            case "libtorch" -> new TorchPasses(shape, images);
            case "onednn" -> new OneDnnPasses(shape, images);
            default -> new OwnPasses(library, shape, images);
        };
    }
}
