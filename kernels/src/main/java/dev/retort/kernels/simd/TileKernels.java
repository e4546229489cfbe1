package dev.retort.kernels.simd;

/**
 * The innermost multiplication: one small tile of C = A B, held in registers while it runs along the depth. Two
 * implementations exist, {@link VectorTiles} and {@link PlainTiles}; blocking, packing and threads are shared by both
 * ({@link BlockedProduct}).
 */
interface TileKernels {
    /** The greatest depth of one tile call: how many products are summed before C is touched. */
    int MAX_DEPTH = 256;

    /**
     * Distance in floats between the rows of a packed block of A. A constant, so that a row's offset is part of an address;
     * a little more than {@link #MAX_DEPTH}, so that rows fall into different cache sets.
     */
    int A_STRIDE = MAX_DEPTH + 16;

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
    void multiply(
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
            int cStep);

    /**
     * For each element of the part of a tile that lies inside C: {@code c[i, j] = tile[i, j] + add[i, j]}.
     *
     * @param tile row-major, rows {@link #columns()} apart
     * @param add row-major, rows {@code addStep} apart (0: the same row for all); may be {@code c} itself
     */
    void finish(
            int rows, int columns, float[] tile, float[] add, int addOff, int addStep, float[] c, int cOff, int cStep);

    /** {@code c = max(c, 0)}; NaN stays NaN. */
    void relu(float[] c, int off, int n);

    /**
     * Packs a row-major B into panels: element (p, j) of {@code from}, rows {@code step} apart, goes to row {@code first + p} of panel
     * j / columns(). A panel has {@code depth} rows of {@link #columns()} floats; what lies beyond the last column is left undefined.
     */
    void packPanelRows(
            float[] from, int off, int step, int rows, int columns, float[] to, int toOff, int depth, int first);
}
