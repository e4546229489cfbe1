package dev.retort.kernels.simd.internal.winograd;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.KernelParameters.Crossing;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a convolution and its gradients are computed in single precision. A forced algorithm serves the shapes that it can, and
 * {@link #DIRECT} the others.
 */
public enum ConvolutionAlgorithm {
    /** By shape, as {@link KernelParameters} say. */
    AUTO,
    /** A product of the matrix of patches with the weight, computed without storing that matrix. Every shape. */
    DIRECT,
    /** Winograd's F(2 x 2, 3 x 3): 3 x 3, stride 1, dilation 1, one group; 2.25 times fewer products. */
    WINOGRAD_2,
    /** Winograd's F(4 x 4, 3 x 3): the same shapes; 4 times fewer products, 3 to 4 times the rounding error. */
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

    /**
     * Fewer channels than these, on either side, leave too little to save, and results that are sums of few terms have smaller errors
     * than {@link #WINOGRAD_4} can keep.
     */
    private static final int LEAST_CHANNELS = 32;

    /**
     * A weight's gradient is a sum over the output pixels. Where these are fewer than one tile of {@link #WINOGRAD_4} has, the sum is so
     * short that its error is all the tile's, and {@link #WINOGRAD_2} stands in for it even if it is forced.
     */
    private static final int LEAST_PIXELS = 16;

    /** What computes this convolution, or its input gradient: never {@link #AUTO}. */
    public ConvolutionAlgorithm resolve(ConvolutionGeometry shape, KernelParameters parameters) {
        return resolve(shape, parameters.forward());
    }

    /** What computes the gradient of this convolution's weight: never {@link #AUTO}. */
    public ConvolutionAlgorithm resolveGradient(ConvolutionGeometry shape, KernelParameters parameters) {
        ConvolutionAlgorithm algorithm = resolve(shape, parameters.weightGradient());
        return algorithm == WINOGRAD_4 && shape.outPixels() < LEAST_PIXELS ? WINOGRAD_2 : algorithm;
    }

    private ConvolutionAlgorithm resolve(ConvolutionGeometry shape, List<Crossing> crossings) {
        if (!Winograd.fits(shape)) {
            return DIRECT;
        }
        return this == AUTO ? fastest(shape, crossings) : this;
    }

    private static ConvolutionAlgorithm fastest(ConvolutionGeometry shape, List<Crossing> crossings) {
        if (Math.min(shape.inputs(), shape.outputs()) < LEAST_CHANNELS) {
            return DIRECT;
        }
        long pairs = (long) shape.inputs() * shape.outputs();
        Crossing crossing =
                crossings.stream().filter(c -> pairs <= c.pairs()).findFirst().orElseThrow();
        int pixels = shape.outPixels();
        return pixels >= crossing.four() ? WINOGRAD_4 : pixels >= crossing.two() ? WINOGRAD_2 : DIRECT;
    }
}
