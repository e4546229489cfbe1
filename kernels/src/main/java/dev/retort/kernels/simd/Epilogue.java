package dev.retort.kernels.simd;

/**
 * What a matrix product or convolution does with its sums before they leave the cache: add {@code bias[offset + column]},
 * then, if asked, {@code max(x, 0)} (NaN stays NaN).
 *
 * @param bias one float per column, or null for none
 */
public record Epilogue(float[] bias, int offset, boolean relu) {
    /** Stores the sums as they are. */
    public static final Epilogue NONE = new Epilogue(null, 0, false);

    /** Adds a bias per column. */
    public static Epilogue bias(float[] bias, int offset) {
        return new Epilogue(bias, offset, false);
    }
}
