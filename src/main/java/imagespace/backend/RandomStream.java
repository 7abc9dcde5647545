package imagespace.backend;

/** The streams of {@link Philox} in use, so that no two purposes of one seed share their numbers. */
public final class RandomStream {
    /** Initial weights; the index runs over all parameters of the network. */
    public static final int WEIGHTS = 1;
    /** The order of the samples; one derived seed an epoch. */
    public static final int SHUFFLE = 2;
    /** Dropout masks; one derived seed a step. */
    public static final int DROPOUT = 3;
    /** Flips and shifts; one derived seed an epoch. */
    public static final int AUGMENT = 4;
    /** Pixels of the noise class; the index is noise sample * pixels + pixel. */
    public static final int NOISE = 5;
    /** Random subsets (limits, same-size controls). */
    public static final int SUBSET = 6;
    /** The seed of run r of an experiment. */
    public static final int RUN = 7;
    /** The procedural scenes. */
    public static final int SCENES = 8;

    /** The samples of figure 1. */
    public static final int FIGURE1 = 9;

    private RandomStream() {}
}
