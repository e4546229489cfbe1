package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.Scratch;

/**
 * What matrix products and convolutions do to arrays of one element type: above all the innermost multiplication, one small tile
 * of C = A B, held in registers while it runs along the depth; and the copies into the packed forms that it reads. It is
 * implemented for float[] and for double[], on the Vector API and in plain Java; blocking and threads are shared by all
 * ({@link BlockedProduct}).
 *
 * @param <A> float[] or double[]
 */
public interface TileKernels<A> {
    /** The greatest depth of one tile call: how many products are summed before C is touched. */
    int MAX_DEPTH = 256;

    /**
     * Distance in elements between the rows of a packed block of A. A constant, so that a row's offset is part of an address;
     * a little more than {@link #MAX_DEPTH}, so that rows fall into different cache sets.
     */
    int A_STRIDE = MAX_DEPTH + 16;

    /** How large the blocks are that go with these tiles. */
    KernelParameters parameters();

    /** Rows of the large tile. */
    int rows();

    /** Rows of the small tile, for what the large one leaves. */
    int smallRows();

    /** Columns of a full tile; half tiles have half as many. */
    int columns();

    /**
     * For each tile element: {@code c[i, j] = sum over p < depth of a[i, p] * b[p, j]}, summed from 0 in the order of p.
     *
     * @param rows {@link #rows()} or {@link #smallRows()}
     * @param half whether the tile has half of {@link #columns()}
     * @param a row-major, rows {@link #A_STRIDE} apart
     * @param b row-major, rows {@code bStep} apart
     * @param c row-major, rows {@code cStep} apart
     */
    void multiply(int rows, boolean half, int depth, A a, int aOff, A b, int bOff, int bStep, A c, int cOff, int cStep);

    /**
     * The same for large tiles one below the other, with something added: {@code c[i, j] = sum + row[j]}, or {@code c[i, j] += sum}.
     *
     * @param rows a multiple of {@link #rows()}
     * @param accumulate whether to add to C
     * @param row what is added to each row of C, if C is not; null for nothing
     * @param room {@link #rows()} x {@link #columns()} elements from {@link Scratch#START} on, to be overwritten
     */
    default void multiplyAdd(
            int rows,
            boolean half,
            int depth,
            A a,
            int aOff,
            A b,
            int bOff,
            int bStep,
            boolean accumulate,
            A row,
            int rowOff,
            A room,
            A c,
            int cOff,
            int cStep) {
        int columns = half ? columns() / 2 : columns();
        for (int i = 0; i < rows; i += rows()) {
            int tile = aOff + i * A_STRIDE;
            int target = cOff + i * cStep;
            if (!accumulate && row == null) {
                multiply(rows(), half, depth, a, tile, b, bOff, bStep, c, target, cStep);
                continue;
            }
            multiply(rows(), half, depth, a, tile, b, bOff, bStep, room, Scratch.START, columns());
            finish(rows(), columns, room, Scratch.START, accumulate, row, rowOff, c, target, cStep);
        }
    }

    /** A tile, or the part of it that lies inside C, with what {@link #multiplyAdd} adds; its rows are {@link #columns()} apart. */
    default void finish(
            int rows,
            int columns,
            A tile,
            int tileOff,
            boolean accumulate,
            A row,
            int rowOff,
            A c,
            int cOff,
            int cStep) {
        if (accumulate) {
            finish(rows, columns, tile, tileOff, c, cOff, cStep, c, cOff, cStep);
        } else if (row == null) {
            finish(rows, columns, tile, tileOff, zeros(), 0, 0, c, cOff, cStep);
        } else {
            finish(rows, columns, tile, tileOff, row, rowOff, 0, c, cOff, cStep);
        }
    }

    /**
     * For each element of the part of a tile that lies inside C: {@code c[i, j] = tile[i, j] + add[i, j]}.
     *
     * @param tile row-major, rows {@link #columns()} apart
     * @param add row-major, rows {@code addStep} apart (0: the same row for all); may be {@code c} itself
     */
    void finish(int rows, int columns, A tile, int tileOff, A add, int addOff, int addStep, A c, int cOff, int cStep);

    /** {@code c = max(c, 0)}; NaN stays NaN. */
    void relu(A c, int off, int n);

    /**
     * Packs a row-major B into panels: element (p, j) of {@code from}, rows {@code step} apart, goes to row {@code first + p} of panel
     * j / columns(). A panel has {@code depth} rows of {@link #columns()} elements; what lies beyond the last column is left undefined.
     */
    void packPanelRows(A from, int off, int step, int rows, int columns, A to, int toOff, int depth, int first);

    /** The same of a B that lies column-major: element (p, j) is {@code from[off + j * step + p]}; all {@code depth} rows. */
    void packPanelColumns(A from, int off, int step, int depth, int columns, A to, int toOff);

    /** Packs rows of A that lie as columns, element (i, p) being {@code from[off + p * step + i]}, {@link #A_STRIDE} apart. */
    void packRowsOfColumns(A from, int off, int step, int rows, int count, A to, int toOff);

    /** {@code to += from}, element by element. */
    void add(A from, int off, A to, int toOff, int n);

    /** {@code c[j, i] = block[i, j]}; rows are {@code step} and {@code cStep} apart. */
    void storeTransposed(A block, int off, int step, int rows, int columns, A c, int cOff, int cStep);

    /** Moves {@code n} elements. */
    void copy(A from, int off, A to, int toOff, int n);

    /** Elements [from, end) become 0. */
    void clear(A to, int from, int end);

    /** At least {@link #columns()} zeros, never to be written. */
    A zeros();

    /** A working array, as {@link Scratch} says. */
    A scratch(Scratch.Use use, int size);
}
