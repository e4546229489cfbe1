package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.Scratch;
import java.util.Arrays;

/** What all {@link TileKernels} on floats share: everything but the multiplication, in plain loops. */
public abstract class FloatTiles implements TileKernels<float[]> {
    private static final int TRANSPOSE_DEPTH = 16;
    private static final Scratch<float[]> SCRATCH = new Scratch<>(float[]::new);

    private final int width;
    private final KernelParameters parameters;
    private final float[] zeros;

    /** @param width columns of a full tile */
    FloatTiles(int width, KernelParameters parameters) {
        this.width = width;
        this.parameters = parameters;
        zeros = new float[width];
    }

    @Override
    public final KernelParameters parameters() {
        return parameters;
    }

    @Override
    public final int columns() {
        return width;
    }

    @Override
    public void finish(
            int rows,
            int columns,
            float[] tile,
            int tileOff,
            float[] add,
            int addOff,
            int addStep,
            float[] c,
            int cOff,
            int cStep) {
        addColumns(0, columns, rows, tile, tileOff, add, addOff, addStep, c, cOff, cStep);
    }

    /** Columns [from, to) of {@link #finish}. */
    final void addColumns(
            int from,
            int to,
            int rows,
            float[] tile,
            int tileOff,
            float[] add,
            int addOff,
            int addStep,
            float[] c,
            int cOff,
            int cStep) {
        for (int i = 0; i < rows; i++) {
            for (int j = from; j < to; j++) {
                c[cOff + i * cStep + j] = tile[tileOff + i * width + j] + add[addOff + i * addStep + j];
            }
        }
    }

    @Override
    public void relu(float[] c, int off, int n) {
        for (int i = 0; i < n; i++) {
            c[off + i] = Math.max(c[off + i], 0);
        }
    }

    @Override
    public void packPanelRows(
            float[] from, int off, int step, int rows, int columns, float[] to, int toOff, int depth, int first) {
        packPanelRowsFrom(0, from, off, step, rows, columns, to, toOff, depth, first);
    }

    /** Columns [start, columns) of {@link #packPanelRows}. */
    final void packPanelRowsFrom(
            int start,
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

    @Override
    public final void packPanelColumns(float[] from, int off, int step, int depth, int columns, float[] to, int toOff) {
        for (int j = 0; j < columns; j += width) {
            int valid = Math.min(width, columns - j);
            for (int p = 0; p < depth; p += TRANSPOSE_DEPTH) {
                int depths = Math.min(TRANSPOSE_DEPTH, depth - p);
                for (int i = 0; i < valid; i++) {
                    int source = off + (j + i) * step + p;
                    int target = toOff + j * depth + p * width + i;
                    spread(from, source, depths, to, target);
                }
            }
        }
    }

    /** Elements of a row into a column of a panel. */
    void spread(float[] from, int off, int n, float[] to, int toOff) {
        for (int q = 0; q < n; q++) {
            to[toOff + q * width] = from[off + q];
        }
    }

    @Override
    public final void packRowsOfColumns(float[] from, int off, int step, int rows, int count, float[] to, int toOff) {
        for (int p = 0; p < count; p++) {
            int source = off + p * step;
            int target = toOff + p;
            for (int i = 0; i < rows; i++) {
                to[target + i * A_STRIDE] = from[source + i];
            }
        }
    }

    @Override
    public final void storeTransposed(
            float[] block, int off, int step, int rows, int columns, float[] c, int cOff, int cStep) {
        for (int j = 0; j < columns; j++) {
            int target = cOff + j * cStep;
            for (int i = 0; i < rows; i++) {
                c[target + i] = block[off + i * step + j];
            }
        }
    }

    @Override
    public void add(float[] from, int off, float[] to, int toOff, int n) {
        for (int i = 0; i < n; i++) {
            to[toOff + i] += from[off + i];
        }
    }

    @Override
    public final void copy(float[] from, int off, float[] to, int toOff, int n) {
        System.arraycopy(from, off, to, toOff, n);
    }

    @Override
    public final void clear(float[] to, int from, int end) {
        Arrays.fill(to, from, end, 0);
    }

    @Override
    public final float[] zeros() {
        return zeros;
    }

    @Override
    public final float[] scratch(Scratch.Use use, int size) {
        return SCRATCH.get(use, size);
    }
}
