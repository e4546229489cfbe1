package dev.retort.kernels.simd;

/**
 * What a matrix product or convolution does with its sums before they leave the cache: add {@code bias[offset + column]},
 * then, if asked, {@code max(x, 0)} (NaN stays NaN).
 *
 * @param <A> float[] or double[]
 * @param bias one number per column, or null for none
 */
public record Epilogue<A>(A bias, int offset, boolean relu) {
    /** Stores the sums as they are. */
    public static <A> Epilogue<A> none() {
        return new Epilogue<>(null, 0, false);
    }

    /** Adds a bias per column. */
    public static <A> Epilogue<A> bias(A bias, int offset) {
        return new Epilogue<>(bias, offset, false);
    }

    /** Whether the sums are stored as they are. */
    boolean isNone() {
        return bias == null && !relu;
    }
}
