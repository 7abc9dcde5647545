package imagespace.backend;

/** How a backend computes 3x3 convolutions of stride 1. All others it computes directly. */
public enum ConvAlgorithm {
    /** By matrix products: least error. */
    DIRECT,
    /** By Winograd's minimal filtering wherever it applies: a quarter of the multiplications. */
    WINOGRAD,
    /** By Winograd's minimal filtering where it is faster. */
    AUTO
}
