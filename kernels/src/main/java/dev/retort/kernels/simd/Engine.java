package dev.retort.kernels.simd;

import java.util.Set;

/**
 * What every kernel of this package runs on: the innermost loops, chosen once, and a pool of threads. This is the seam between
 * the Vector API and plain Java: classes that touch {@code jdk.incubator.vector} are loaded by {@link #vector} alone.
 */
public final class Engine {
    /** System property: {@code false} forces the plain-Java loops even where the Vector API is present. */
    public static final String VECTOR_PROPERTY = "retort.simd.vector";

    /** System property with the vector width in bits: 512, 256 or 128. Without it the widest that the processor has is used. */
    static final String BITS_PROPERTY = "retort.simd.bits";

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

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

    /**
     * Whether vector loops are to be used: their module is present and not switched off by {@value #VECTOR_PROPERTY}.
     *
     * @throws IllegalArgumentException if they are, and {@value #BITS_PROPERTY} names no vector width
     */
    static boolean usesVectors() {
        if (!isVectorPresent() || isSwitchedOff()) {
            return false;
        }
        checkBits();
        return true;
    }

    /** Whether somebody asked for plain Java. */
    static boolean isSwitchedOff() {
        return "false".equals(System.getProperty(VECTOR_PROPERTY));
    }

    /** Here and not in {@link VectorWidth}, whose initialiser must not fail. */
    private static void checkBits() {
        String bits = System.getProperty(BITS_PROPERTY);
        if (bits != null && !Set.of("512", "256", "128").contains(bits)) {
            throw new IllegalArgumentException(
                    "Property " + BITS_PROPERTY + " must be 512, 256 or 128, not '" + bits + "'");
        }
    }

    /** Whether this JVM was started with {@code --add-modules jdk.incubator.vector}. */
    public static boolean isVectorPresent() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
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
     * @throws IllegalArgumentException if {@value #BITS_PROPERTY} names no vector width
     */
    public static Engine vector(Parallel parallel, ConvolutionAlgorithm convolution, KernelParameters parameters) {
        if (!isVectorPresent()) {
            throw new IllegalStateException(
                    "The Vector API is not loaded: start the JVM with --add-modules " + VECTOR_MODULE);
        }
        checkBits();
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
    WinogradTransforms<float[]> winograd(ConvolutionShape shape) {
        return transforms(convolution.resolve(shape, parameters));
    }

    /** The same for the gradient of its weight. */
    WinogradTransforms<float[]> winogradGradient(ConvolutionShape shape) {
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
