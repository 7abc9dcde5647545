package imagespace.backend;

/** How a backend computes 3x3 convolutions of stride 1. All others it computes directly. */
public enum ConvAlgorithm {
    /** By matrix products: least error. */
    DIRECT,
    /**
     * By Winograd's minimal filtering wherever it applies: F(6x4, 3x3) and F(4x4, 3x3), whichever tiles cover the rows of an output
     * with fewer multiplications; at most a quarter of them are left.
     */
    WINOGRAD,
    /**
     * By F(2x2, 3x3) wherever it applies: four ninths of the multiplications, with next to no more error.
     */
    WINOGRAD2,
    /** By Winograd's minimal filtering where it is faster. */
    AUTO
}
