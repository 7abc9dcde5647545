package imagespace.experiment;

/**
 * How much work a run is.
 *
 * @param trained images that pass forward and backward
 * @param classified images that pass forward only
 */
public record Cost(long trained, long classified) {
    public static final Cost NONE = new Cost(0, 0);

    public Cost plus(Cost more) {
        return new Cost(trained + more.trained, classified + more.classified);
    }

    /** All images, as progress counts them. */
    public long images() {
        return trained + classified;
    }
}
