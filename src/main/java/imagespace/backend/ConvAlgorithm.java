package imagespace.backend;

/** How a backend computes 3x3 convolutions of stride 1. All others it computes directly. */
public enum ConvAlgorithm {
    /** By matrix products: least error. */
    DIRECT,
    /**
     * By Winograd's minimal filtering wherever it applies: F(6x4, 3x3) and F(4x4, 3x3), mixed so that the rows of an output take
     * the fewest multiplications, two ninths to a quarter of all in whole tiles.
     */
    WINOGRAD,
    /**
     * By F(2x2, 3x3) wherever it applies: four ninths of the multiplications, with next to no more error.
     */
    WINOGRAD2,
    /** By Winograd's minimal filtering where it is faster. */
    AUTO
}
