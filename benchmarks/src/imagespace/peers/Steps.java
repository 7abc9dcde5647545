package imagespace.peers;

/** A network with a batch of random images at hand. */
public interface Steps extends AutoCloseable {
    /** Forward, loss, backward, Adam. */
    void train();

    /** Forward alone. */
    void infer();

    @Override
    void close();

    /** By name: "imagespace" or "libtorch". */
    static Steps of(String library, String network, int batch) {
        return library.equals("libtorch") ? new TorchNetwork(network, batch) : new OwnNetwork(network, batch);
    }
}
