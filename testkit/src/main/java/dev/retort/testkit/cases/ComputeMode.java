package dev.retort.testkit.cases;

import java.util.Set;

/**
 * How a backend multiplies float32 matrices. Processors may round the factors of products to a shorter type before they
 * multiply, and add up in float32; nothing but products is touched by that. Bounds have to know, so the mode is told to
 * {@link Tolerance}, never guessed from errors.
 */
public enum ComputeMode {
    /** Factors as they are. */
    EXACT(0),
    /** Factors rounded to TF32: 8 bits of exponent, 10 of fraction. */
    TF32(0x1p-11),
    /** Factors rounded to bfloat16: 8 bits of exponent, 7 of fraction. */
    BF16(0x1p-8);

    private static final Set<String> PRODUCTS = Set.of(
            "GEMM",
            "CONV2D",
            "CONV2D_INPUT_GRADIENT",
            "CONV2D_WEIGHT_GRADIENT",
            "matmul",
            "linear",
            "convolution",
            "attention");

    private final double roundoff;

    ComputeMode(double roundoff) {
        this.roundoff = roundoff;
    }

    /** Largest relative error of rounding a factor to nearest: half the distance from 1 to the next number; 0 if exact. */
    public double roundoff() {
        return roundoff;
    }

    /** What holds for an operation: this mode for products, {@link #EXACT} for all others. */
    public ComputeMode of(String operation) {
        return PRODUCTS.contains(operation) ? this : EXACT;
    }
}
