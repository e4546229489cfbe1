package dev.retort.kernels.simd;

/**
 * What every kernel of this package runs on: the innermost loops, chosen once, and a pool of threads. This is the seam between
 * the Vector API and plain Java: classes that touch {@code jdk.incubator.vector} are loaded by {@link #vector} alone.
 */
public final class Engine {
    /** System property: {@code false} forces the plain-Java loops even where the Vector API is present. */
    public static final String VECTOR_PROPERTY = "retort.simd.vector";

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    private final TileKernels tiles;
    private final Parallel parallel;

    private Engine(TileKernels tiles, Parallel parallel) {
        this.tiles = tiles;
        this.parallel = parallel;
    }

    /** Vector loops where the module is present and not switched off by {@value #VECTOR_PROPERTY}, else plain ones. */
    public static Engine create(Parallel parallel) {
        boolean wanted = !"false".equals(System.getProperty(VECTOR_PROPERTY));
        return wanted && isVectorPresent() ? vector(parallel) : plain(parallel);
    }

    /** Whether this JVM was started with {@code --add-modules jdk.incubator.vector}. */
    public static boolean isVectorPresent() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    /**
     * Loops on the Vector API.
     *
     * @throws IllegalStateException if the module is absent
     */
    public static Engine vector(Parallel parallel) {
        if (!isVectorPresent()) {
            throw new IllegalStateException(
                    "The Vector API is not loaded: start the JVM with --add-modules " + VECTOR_MODULE);
        }
        return new Engine(new VectorTiles(), parallel);
    }

    /** Loops in plain Java: the same answers, within tolerance. */
    public static Engine plain(Parallel parallel) {
        return new Engine(new PlainTiles(), parallel);
    }

    TileKernels tiles() {
        return tiles;
    }

    /** The pool that kernels of this engine split their work over. */
    public Parallel parallel() {
        return parallel;
    }
}
