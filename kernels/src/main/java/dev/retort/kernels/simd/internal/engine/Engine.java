package dev.retort.kernels.simd.internal.engine;

import dev.retort.kernels.simd.internal.product.DoublePlainTiles;
import dev.retort.kernels.simd.internal.product.DoubleVectorTiles;
import dev.retort.kernels.simd.internal.product.PlainTiles;
import dev.retort.kernels.simd.internal.product.TileKernels;
import dev.retort.kernels.simd.internal.product.VectorTiles;
import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.OperatorProfile;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.VectorApi;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.kernels.simd.internal.winograd.PlainTransforms;
import dev.retort.kernels.simd.internal.winograd.VectorTransforms;
import dev.retort.kernels.simd.internal.winograd.WinogradTransforms;
import dev.retort.tensor.dense.ConvolutionGeometry;

/**
 * What every kernel of this package runs on: the innermost loops, chosen once, and a pool of threads. This is the seam between
 * the Vector API and plain Java: classes that touch {@code jdk.incubator.vector} are loaded by {@link #vector} alone.
 */
public final class Engine {
    private final TileKernels<float[]> floatTiles;
    private final TileKernels<double[]> doubleTiles;
    private final WinogradTransforms<float[]> two;
    private final WinogradTransforms<float[]> four;
    private final Parallel parallel;
    private final ConvolutionAlgorithm convolution;
    private final KernelParameters parameters;

    private Engine(
            TileKernels<float[]> floatTiles,
            TileKernels<double[]> doubleTiles,
            WinogradTransforms<float[]> two,
            WinogradTransforms<float[]> four,
            Parallel parallel,
            ConvolutionAlgorithm convolution,
            KernelParameters parameters) {
        this.floatTiles = floatTiles;
        this.doubleTiles = doubleTiles;
        this.two = two;
        this.four = four;
        this.parallel = parallel;
        this.convolution = convolution;
        this.parameters = parameters;
    }

    /** Loops on the Vector API, as below; convolutions as {@link ConvolutionAlgorithm#configured} says. */
    public static Engine vector(Parallel parallel) {
        return vector(parallel, ConvolutionAlgorithm.configured());
    }

    /** Loops on the Vector API, as below; with the parameters that {@link KernelParameters#configured} gives. */
    public static Engine vector(Parallel parallel, ConvolutionAlgorithm convolution) {
        return vector(parallel, convolution, KernelParameters.configured());
    }

    /**
     * Loops on the Vector API.
     *
     * @param convolution how convolutions are computed
     * @throws IllegalStateException if the module is absent
     * @throws IllegalArgumentException if {@link VectorApi#BITS_PROPERTY} names no vector width
     */
    public static Engine vector(Parallel parallel, ConvolutionAlgorithm convolution, KernelParameters parameters) {
        VectorApi.require();
        OperatorProfile.show();
        return new Engine(
                VectorTiles.create(parameters),
                new DoubleVectorTiles(parameters),
                VectorTransforms.TWO,
                VectorTransforms.FOUR,
                parallel,
                convolution,
                parameters);
    }

    /** Loops in plain Java: the same answers, within tolerance. Convolutions as {@link ConvolutionAlgorithm#configured} says. */
    public static Engine plain(Parallel parallel) {
        return plain(parallel, ConvolutionAlgorithm.configured());
    }

    /**
     * Loops in plain Java.
     *
     * @param convolution how convolutions are computed
     */
    public static Engine plain(Parallel parallel, ConvolutionAlgorithm convolution) {
        KernelParameters parameters = KernelParameters.configured();
        return new Engine(
                new PlainTiles(parameters),
                new DoublePlainTiles(parameters),
                PlainTransforms.TWO,
                PlainTransforms.FOUR,
                parallel,
                convolution,
                parameters);
    }

    TileKernels<float[]> floatTiles() {
        return floatTiles;
    }

    TileKernels<double[]> doubleTiles() {
        return doubleTiles;
    }

    /** What computes this convolution, or its input gradient, in single precision; null if that is to be done directly. */
    WinogradTransforms<float[]> winograd(ConvolutionGeometry shape) {
        return transforms(convolution.resolve(shape, parameters));
    }

    /** The same for the gradient of its weight. */
    WinogradTransforms<float[]> winogradGradient(ConvolutionGeometry shape) {
        return transforms(convolution.resolveGradient(shape, parameters));
    }

    private WinogradTransforms<float[]> transforms(ConvolutionAlgorithm algorithm) {
        return switch (algorithm) {
            case WINOGRAD_2 -> two;
            case WINOGRAD_4 -> four;
            case AUTO, DIRECT -> null;
        };
    }

    /** The pool that kernels of this engine split their work over. */
    public Parallel parallel() {
        return parallel;
    }
}
