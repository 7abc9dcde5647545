package imagespace.train;

/** Is told how far work has come. Nothing it does can change a result. */
@FunctionalInterface
public interface Progress {
    /** Tells nobody. */
    Progress SILENT = images -> {};

    /** That many more images have passed through the network. */
    void advance(int images);
}
