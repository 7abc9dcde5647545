package imagespace.backend;

/**
 * A piecewise linear activation: {@code y = x > 0 ? x : slope * x}. Its derivative can be read off the output's sign,
 * so the backward pass needs no copy of the input.
 *
 * @param slope the factor for x <= 0, in [0, 1]
 */
public record Activation(float slope) {
    /** No activation: y = x. */
    public static final Activation IDENTITY = new Activation(1);
    /** y = max(x, 0). */
    public static final Activation RELU = new Activation(0);
    /** Leaky ReLU with the slope of CleverHans' networks, 0.2. */
    public static final Activation LEAKY_RELU = new Activation(0.2f);

    public Activation {
        if (!(slope >= 0 && slope <= 1)) {
            throw new IllegalArgumentException("the slope of an activation lies in [0, 1], not " + slope);
        }
    }
}
