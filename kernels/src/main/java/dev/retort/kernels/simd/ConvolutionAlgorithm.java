package dev.retort.kernels.simd;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a convolution and its input gradient are computed in single precision. A forced algorithm serves the shapes that it can, and
 * {@link #DIRECT} the others.
 */
public enum ConvolutionAlgorithm {
    /** By shape, from measured thresholds. */
    AUTO,
    /** One product for each tap and channel, as {@link Convolution} says. Every shape. */
    DIRECT,
    /** Winograd's F(2 x 2, 3 x 3): 3 x 3, stride 1, dilation 1, one group; 2.25 times fewer products. */
    WINOGRAD_2,
    /** Winograd's F(4 x 4, 3 x 3): the same shapes; 4 times fewer products, about 4 times the rounding error. */
    WINOGRAD_4;

    /** System property that forces an algorithm, in either case: auto, direct, winograd_2 or winograd_4. */
    public static final String PROPERTY = "retort.simd.convolution";

    /**
     * What {@value #PROPERTY} says, {@link #AUTO} without it.
     *
     * @throws IllegalArgumentException if it names no algorithm
     */
    public static ConvolutionAlgorithm configured() {
        String name = System.getProperty(PROPERTY, AUTO.name());
        for (ConvolutionAlgorithm algorithm : values()) {
            if (algorithm.name().equalsIgnoreCase(name)) {
                return algorithm;
            }
        }
        String known = Arrays.stream(values())
                .map(algorithm -> algorithm.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
        throw new IllegalArgumentException(
                "Property " + PROPERTY + " must be one of " + known + ", not '" + name + "'");
    }

    /** What computes a stride-1 3 x 3 convolution from {@code inputs} to {@code outputs} channels: never {@link #AUTO}. */
    ConvolutionAlgorithm resolve(ConvolutionShape shape) {
        if (!Winograd.fits(shape)) {
            return DIRECT;
        }
        return this == AUTO ? DIRECT : this;
    }
}
