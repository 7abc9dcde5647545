package imagespace.backend;

/**
 * @param precision of products
 * @param fast whether the quickest routines are looked for by trial, also such as do not repeat their bits
 */
public record CudaOptions(Precision precision, boolean fast) {
    /** TF32, the same bits every time. */
    public static final CudaOptions DEFAULT = new CudaOptions(Precision.TF32, false);
}
