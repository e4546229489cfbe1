package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import java.util.Arrays;

/** {@link FloatTiles} without the Vector API: plain loops of the form y += a * x, which the JIT turns into vector code. */
public final class PlainTiles extends FloatTiles {
    private static final int ROWS = 4;
    private static final int COLUMNS = 64;

    public PlainTiles(KernelParameters parameters) {
        super(COLUMNS, parameters);
    }

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int smallRows() {
        return ROWS;
    }

    @Override
    public void multiply(
            int rows,
            boolean half,
            int depth,
            float[] a,
            int aOff,
            float[] b,
            int bOff,
            int bStep,
            float[] c,
            int cOff,
            int cStep) {
        int columns = half ? COLUMNS / 2 : COLUMNS;
        for (int i = 0; i < rows; i++) {
            Arrays.fill(c, cOff + i * cStep, cOff + i * cStep + columns, 0);
            for (int p = 0; p < depth; p++) {
                axpy(columns, a[aOff + i * A_STRIDE + p], b, bOff + p * bStep, c, cOff + i * cStep);
            }
        }
    }

    private static void axpy(int n, float factor, float[] x, int xOff, float[] y, int yOff) {
        for (int j = 0; j < n; j++) {
            y[yOff + j] += factor * x[xOff + j];
        }
    }
}
