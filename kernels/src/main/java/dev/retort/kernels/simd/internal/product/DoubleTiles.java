package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.Scratch;
import java.util.Arrays;

/** What all {@link TileKernels} on doubles share: everything but the multiplication, in plain loops. */
public abstract class DoubleTiles implements TileKernels<double[]> {
    private static final int TRANSPOSE_DEPTH = 16;
    private static final Scratch<double[]> SCRATCH = new Scratch<>(double[]::new);

    private final int width;
    private final KernelParameters parameters;
    private final double[] zeros;

    /** @param width columns of a full tile */
    DoubleTiles(int width, KernelParameters parameters) {
        this.width = width;
        this.parameters = parameters;
        zeros = new double[width];
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
            double[] tile,
            int tileOff,
            double[] add,
            int addOff,
            int addStep,
            double[] c,
            int cOff,
            int cStep) {
        addColumns(0, columns, rows, tile, tileOff, add, addOff, addStep, c, cOff, cStep);
    }

    /** Columns [from, to) of {@link #finish}. */
    final void addColumns(
            int from,
            int to,
            int rows,
            double[] tile,
            int tileOff,
            double[] add,
            int addOff,
            int addStep,
            double[] c,
            int cOff,
            int cStep) {
        for (int i = 0; i < rows; i++) {
            for (int j = from; j < to; j++) {
                c[cOff + i * cStep + j] = tile[tileOff + i * width + j] + add[addOff + i * addStep + j];
            }
        }
    }

    @Override
    public void relu(double[] c, int off, int n) {
        for (int i = 0; i < n; i++) {
            c[off + i] = Math.max(c[off + i], 0);
        }
    }

    @Override
    public void packPanelRows(
            double[] from, int off, int step, int rows, int columns, double[] to, int toOff, int depth, int first) {
        packPanelRowsFrom(0, from, off, step, rows, columns, to, toOff, depth, first);
    }

    /** Columns [start, columns) of {@link #packPanelRows}. */
    final void packPanelRowsFrom(
            int start,
            double[] from,
            int off,
            int step,
            int rows,
            int columns,
            double[] to,
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
    public final void packPanelColumns(
            double[] from, int off, int step, int depth, int columns, double[] to, int toOff) {
        for (int j = 0; j < columns; j += width) {
            int valid = Math.min(width, columns - j);
            for (int p = 0; p < depth; p += TRANSPOSE_DEPTH) {
                int depths = Math.min(TRANSPOSE_DEPTH, depth - p);
                for (int i = 0; i < valid; i++) {
                    int source = off + (j + i) * step + p;
                    int target = toOff + j * depth + p * width + i;
                    for (int q = 0; q < depths; q++) {
                        to[target + q * width] = from[source + q];
                    }
                }
            }
        }
    }

    @Override
    public final void packRowsOfColumns(double[] from, int off, int step, int rows, int count, double[] to, int toOff) {
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
            double[] block, int off, int step, int rows, int columns, double[] c, int cOff, int cStep) {
        for (int j = 0; j < columns; j++) {
            int target = cOff + j * cStep;
            for (int i = 0; i < rows; i++) {
                c[target + i] = block[off + i * step + j];
            }
        }
    }

    @Override
    public final void add(double[] from, int off, double[] to, int toOff, int n) {
        for (int i = 0; i < n; i++) {
            to[toOff + i] += from[off + i];
        }
    }

    @Override
    public final void copy(double[] from, int off, double[] to, int toOff, int n) {
        System.arraycopy(from, off, to, toOff, n);
    }

    @Override
    public final void clear(double[] to, int from, int end) {
        Arrays.fill(to, from, end, 0);
    }

    @Override
    public final double[] zeros() {
        return zeros;
    }

    @Override
    public final double[] scratch(Scratch.Use use, int size) {
        return SCRATCH.get(use, size);
    }
}
