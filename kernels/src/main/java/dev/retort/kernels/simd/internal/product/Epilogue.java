package dev.retort.kernels.simd.internal.product;

/**
 * What a matrix product or convolution does with its sums before they leave the cache: add {@code bias[biasOffset + column]}, add the
 * element of {@code addend} at the same place as in C, then, if asked, {@code max(x, 0)} (NaN stays NaN).
 *
 * @param <A> float[] or double[]
 * @param bias one number per column, or null for none
 * @param addend laid out as C, from {@code addendOffset} on, and not C itself; or null for none
 */
public record Epilogue<A>(A bias, int biasOffset, A addend, int addendOffset, boolean relu) {
    /** Stores the sums as they are. */
    public static <A> Epilogue<A> none() {
        return bias(null, 0, false);
    }

    /** Adds a bias per column, or none if it is null, then applies ReLU if asked. */
    public static <A> Epilogue<A> bias(A bias, int offset, boolean relu) {
        return new Epilogue<>(bias, offset, null, 0, relu);
    }

    /** The same for columns [column, ..) of C. */
    public Epilogue<A> fromColumn(int column) {
        return new Epilogue<>(bias, biasOffset + column, addend, addendOffset + column, relu);
    }

    /** Whether the sums are stored as they are. */
    public boolean isNone() {
        return bias == null && addend == null && !relu;
    }

    /** Adds the addend to {@code n} elements of a row that begin {@code place} elements behind C's first, then ReLU. */
    public void finishRow(TileKernels<A> tiles, int place, A c, int cOff, int n) {
        if (addend != null) {
            tiles.add(addend, addendOffset + place, c, cOff, n);
        }
        if (relu) {
            tiles.relu(c, cOff, n);
        }
    }
}
