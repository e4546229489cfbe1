package dev.retort.kernels.simd.internal.indexing;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.Shape;

/** Permutations of floats that are, once neighboring axes are merged, [A, B, C] to [A, C, B]: blocked transposes. */
public final class PermuteKernels {
    /** Side of the square that is transposed at once: its rows and columns stay in the first cache. */
    private static final int BLOCK = 32;

    private PermuteKernels() {}

    /** The merged extents {A, B, C} if {@code axes} is such a permutation of {@code shape}, else null. */
    public static int[] asTranspose(Shape shape, int[] axes) {
        int rank = axes.length;
        int kept = 0;
        while (kept < rank && shape.axis(axes[kept]) == kept) {
            kept++;
        }
        if (kept == rank) {
            return null;
        }
        int shift = shape.axis(axes[kept]) - kept;
        for (int i = kept; i < rank; i++) {
            if (shape.axis(axes[i]) != kept + (i - kept + shift) % (rank - kept)) {
                return null;
            }
        }
        int[] merged = {1, 1, 1};
        for (int i = 0; i < rank; i++) {
            merged[i < kept ? 0 : i < kept + shift ? 1 : 2] *= shape.dim(i);
        }
        return merged;
    }

    /** y[a, c, b] = x[a, b, c]. */
    public static void transpose(Parallel parallel, int[] extents, float[] x, int xOff, float[] y, int yOff) {
        int rows = extents[1];
        int columns = extents[2];
        int bands = (rows + BLOCK - 1) / BLOCK;
        parallel.forRange(extents[0] * bands, Broadcast.grain((long) BLOCK * columns), (from, to) -> {
            for (int task = from; task < to; task++) {
                int matrix = task / bands * rows * columns;
                int row = task % bands * BLOCK;
                int height = Math.min(BLOCK, rows - row);
                for (int column = 0; column < columns; column += BLOCK) {
                    int width = Math.min(BLOCK, columns - column);
                    block(
                            x,
                            xOff + matrix + row * columns + column,
                            columns,
                            y,
                            yOff + matrix + column * rows + row,
                            rows,
                            height,
                            width);
                }
            }
        });
    }

    private static void block(float[] x, int xOff, int xStep, float[] y, int yOff, int yStep, int height, int width) {
        for (int j = 0; j < width; j++) {
            int out = yOff + j * yStep;
            int in = xOff + j;
            for (int i = 0; i < height; i++) {
                y[out + i] = x[in + i * xStep];
            }
        }
    }
}
