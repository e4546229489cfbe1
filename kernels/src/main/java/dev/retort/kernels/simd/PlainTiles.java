package dev.retort.kernels.simd;

import java.util.Arrays;

/** {@link TileKernels} without the Vector API: plain loops of the form y += a * x, which the JIT turns into vector code. */
final class PlainTiles implements TileKernels {
    private static final int ROWS = 4;
    private static final int COLUMNS = 64;

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int smallRows() {
        return ROWS;
    }

    @Override
    public int columns() {
        return COLUMNS;
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
            Arrays.fill(c, cOff + i * cStep, cOff + i * cStep + columns, 0f);
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

    @Override
    public void finish(
            int rows, int columns, float[] tile, float[] add, int addOff, int addStep, float[] c, int cOff, int cStep) {
        addColumns(0, columns, COLUMNS, rows, tile, add, addOff, addStep, c, cOff, cStep);
    }

    /** Columns [from, to) of {@link #finish}, for tiles of {@code width} columns. */
    static void addColumns(
            int from,
            int to,
            int width,
            int rows,
            float[] tile,
            float[] add,
            int addOff,
            int addStep,
            float[] c,
            int cOff,
            int cStep) {
        for (int i = 0; i < rows; i++) {
            for (int j = from; j < to; j++) {
                c[cOff + i * cStep + j] = tile[i * width + j] + add[addOff + i * addStep + j];
            }
        }
    }

    @Override
    public void relu(float[] c, int off, int n) {
        reluFrom(0, c, off, n);
    }

    /** Elements [from, n) of {@link #relu}. */
    static void reluFrom(int from, float[] c, int off, int n) {
        for (int i = from; i < n; i++) {
            c[off + i] = Math.max(c[off + i], 0f);
        }
    }

    @Override
    public void packPanelRows(
            float[] from, int off, int step, int rows, int columns, float[] to, int toOff, int depth, int first) {
        packColumns(0, COLUMNS, from, off, step, rows, columns, to, toOff, depth, first);
    }

    /** Columns [start, columns) of {@link #packPanelRows} for panels of {@code width} columns. */
    static void packColumns(
            int start,
            int width,
            float[] from,
            int off,
            int step,
            int rows,
            int columns,
            float[] to,
            int toOff,
            int depth,
            int first) {
        for (int j = start; j < columns; j += width) {
            int inside = Math.min(width, columns - j);
            for (int p = 0; p < rows; p++) {
                System.arraycopy(from, off + p * step + j, to, toOff + j * depth + (first + p) * width, inside);
            }
        }
    }
}
