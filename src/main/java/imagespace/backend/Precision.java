package imagespace.backend;

/** What a GPU multiplies in; sums are float32 always. */
public enum Precision {
    /** float32 throughout. */
    FP32,
    /** Factors with 10 bits behind the point (relative error 5e-4), on tensor cores: the default, as in PyTorch's convolutions. */
    TF32,
    /** Convolutions of bfloat16: 7 bits. Dense layers, and convolutions of few channels, stay at {@link #TF32}. */
    BF16
}
