package dev.retort.kernels.simd;

/** Copies matrices into the packed forms that {@link TileKernels} read. */
final class Packing {
    private static final int TRANSPOSE_DEPTH = 16;

    private Packing() {}

    /** Rows of A that lie row-major, {@code step} apart, at {@code off} already the first element wanted. */
    static void rows(float[] from, int off, int step, int rows, int count, float[] to, int toOff) {
        for (int i = 0; i < rows; i++) {
            System.arraycopy(from, off + i * step, to, toOff + i * TileKernels.A_STRIDE, count);
        }
    }

    /** Rows of A that lie as columns: element (i, p) is {@code from[off + p * step + i]}. */
    static void rowsTransposed(float[] from, int off, int step, int rows, int count, float[] to, int toOff) {
        for (int p = 0; p < count; p += TRANSPOSE_DEPTH) {
            int depths = Math.min(TRANSPOSE_DEPTH, count - p);
            for (int i = 0; i < rows; i++) {
                int source = off + p * step + i;
                int target = toOff + i * TileKernels.A_STRIDE + p;
                for (int q = 0; q < depths; q++) {
                    to[target + q] = from[source + q * step];
                }
            }
        }
    }

    /** Panels of B that lies column-major: element (p, j) is {@code from[off + j * step + p]}. */
    static void panelsTransposed(
            float[] from, int off, int step, int count, int columns, float[] to, int toOff, int width) {
        for (int j = 0; j < columns; j += width) {
            int valid = Math.min(width, columns - j);
            for (int p = 0; p < count; p += TRANSPOSE_DEPTH) {
                int depths = Math.min(TRANSPOSE_DEPTH, count - p);
                for (int i = 0; i < valid; i++) {
                    int source = off + (j + i) * step + p;
                    int target = toOff + j * count + p * width + i;
                    for (int q = 0; q < depths; q++) {
                        to[target + q * width] = from[source + q];
                    }
                }
            }
        }
    }

    /** Multiplies packed rows by {@code factor}. */
    static void scale(float[] packed, int off, int rows, int count, float factor) {
        for (int i = 0; i < rows; i++) {
            int start = off + i * TileKernels.A_STRIDE;
            for (int p = start; p < start + count; p++) {
                packed[p] *= factor;
            }
        }
    }
}
