package dev.retort.tensor;

import java.util.Locale;

/**
 * How a backend multiplies float32 matrices, convolutions included. Tensor cores round the factors of products to a shorter type before
 * they multiply; operands lie in memory, and sums are made, in float32 always, and no other operation is touched. Bounds of errors have to
 * know the precision; it is never guessed from errors.
 */
public enum MatmulPrecision {
    /** Factors as they are: 23 mantissa bits. */
    FP32(0),
    /** Factors rounded to TF32: 8 bits of exponent, 10 mantissa bits, about three digits. */
    TF32(0x1p-11),
    /** Factors rounded to bfloat16: 8 bits of exponent, 7 mantissa bits, about two digits. */
    BF16(0x1p-8);

    private final double roundoff;

    MatmulPrecision(double roundoff) {
        this.roundoff = roundoff;
    }

    /** Largest relative error of rounding a factor to nearest: half the distance from 1 to the next number; 0 if factors are not rounded. */
    public double roundoff() {
        return roundoff;
    }

    /** As users write it in names of backends and options: fp32, tf32, bf16. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
