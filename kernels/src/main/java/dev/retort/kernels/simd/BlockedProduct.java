package dev.retort.kernels.simd;

/**
 * C = A B in cache-sized blocks: the one loop nest under matrix products and all three convolutions, which differ only in how
 * they pack A and B and where C goes.
 *
 * <p>C is cut into tasks of some rows and columns. Each task runs along the depth in steps of at most
 * {@link TileKernels#MAX_DEPTH}; within a step it packs rows of A (in the second-level cache), and multiplies them with panels
 * of B, one panel of {@link TileKernels#columns()} columns at a time (in the first-level cache). The cuts along the depth
 * depend on the depth alone, so each element of C is summed in the same order whatever the tasks, and the bits do not depend on the
 * number of threads. The scheme is that of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 34, 2008).
 *
 * @param <A> the arrays of all matrices: float[] or double[]
 */
final class BlockedProduct<A> {
    /** Packs rows [row, row + rows) and depths [depth, depth + count) of A, rows {@link TileKernels#A_STRIDE} apart. */
    @FunctionalInterface
    interface LeftPacker<A> {
        void pack(int row, int rows, int depth, int count, A to, int toOff);
    }

    /**
     * Packs depths [depth, depth + count) and columns [column, column + columns) of B into panels of {@code width} columns, one
     * after another; in a panel the depths are {@code width} elements apart. Columns beyond the last are left undefined.
     */
    @FunctionalInterface
    interface RightPacker<A> {
        void pack(int depth, int count, int column, int columns, A to, int toOff, int width);
    }

    /** Stores a finished block of C whose rows are {@code step} apart. */
    @FunctionalInterface
    interface BlockStore<A> {
        void store(A block, int step, int row, int rows, int column, int columns);
    }

    /** B where it already lies row-major: small products read it in place. */
    record InPlace<A>(A data, int offset, int step) {}

    /** Where C goes: in place; or, if {@code store} is given, through it. */
    record Target<A>(A data, int offset, int step, BlockStore<A> store) {
        static <A> Target<A> of(A data, int offset, int step) {
            return new Target<>(data, offset, step, null);
        }

        static <A> Target<A> through(BlockStore<A> store) {
            return new Target<>(null, 0, 0, store);
        }
    }

    private static final int TASK_ROWS = 70;
    private static final int TASK_COLUMNS = 512;
    /** So many rows make one task, which then packs its columns of B alone and once. */
    private static final int WHOLE_ROWS = 280;

    private static final int LEAST_ROWS = 28;
    private static final int LEAST_COLUMNS = 64;
    private static final int TASKS_PER_THREAD = 4;
    private static final long TASK_WORTH = 1L << 19;
    private static final int SHARED_LIMIT = 1 << 23;
    private static final int IN_PLACE_ROWS = 28;

    private final Parallel parallel;
    private final TileKernels<A> tiles;
    private final int m;
    private final int n;
    private final int k;
    private final LeftPacker<A> left;
    private final RightPacker<A> right;
    private final InPlace<A> inPlace;
    private final Target<A> target;
    private final Epilogue<A> epilogue;
    private final int width;
    private final int steps;
    private final int stepDepth;

    private int taskRows;
    private int taskColumns;
    private int rowTasks;
    private A sharedRight;

    /**
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param inPlace B where it lies, or null if only {@code right} can read it
     */
    BlockedProduct(
            Parallel parallel,
            TileKernels<A> tiles,
            int m,
            int n,
            int k,
            LeftPacker<A> left,
            RightPacker<A> right,
            InPlace<A> inPlace,
            Target<A> target,
            Epilogue<A> epilogue) {
        this.parallel = parallel;
        this.tiles = tiles;
        this.m = m;
        this.n = n;
        this.k = k;
        this.left = left;
        this.right = right;
        this.inPlace = m <= IN_PLACE_ROWS ? inPlace : null;
        this.target = target;
        this.epilogue = epilogue;
        this.width = tiles.columns();
        this.steps = Math.max(1, ceil(k, TileKernels.MAX_DEPTH));
        this.stepDepth = roundUp(ceil(k, steps), 8);
    }

    /** Computes C, on the pool if that is worth it. */
    void run() {
        if (m == 0 || n == 0) {
            return;
        }
        int tasks = cut(parallel.threads());
        packShared();
        parallel.forRange(tasks, 1, this::runTasks);
        sharedRight = null;
    }

    /** Computes C on the calling thread, in few large tasks. */
    void runInline() {
        if (m > 0 && n > 0) {
            runTasks(0, cut(1));
        }
    }

    /** Chooses the extents of a task and returns the number of tasks. */
    private int cut(int threads) {
        long work = (long) m * n * Math.max(1, k);
        long wanted = threads == 1 ? 1 : Math.min(threads * TASKS_PER_THREAD, work / TASK_WORTH);
        boolean once = m <= WHOLE_ROWS;
        int rows = once ? m : Math.min(m, TASK_ROWS);
        int columns = Math.min(n, TASK_COLUMNS);
        while ((long) ceil(m, rows) * ceil(n, columns) < wanted && (rows > LEAST_ROWS || columns > LEAST_COLUMNS)) {
            if (rows > LEAST_ROWS && (rows >= columns || columns <= LEAST_COLUMNS)) {
                rows = Math.max(LEAST_ROWS, rows / 2);
            } else {
                columns = Math.max(LEAST_COLUMNS, columns / 2);
            }
        }
        taskRows = roundUp(ceil(m, ceil(m, rows)), tiles.rows());
        taskColumns = roundUp(ceil(n, ceil(n, columns)), width);
        rowTasks = ceil(m, taskRows);
        return rowTasks * ceil(n, taskColumns);
    }

    /** Packs all of B once if several tasks would pack the same columns. */
    private void packShared() {
        int paddedColumns = roundUp(n, width);
        if (inPlace != null || rowTasks == 1 || (long) k * paddedColumns > SHARED_LIMIT) {
            return;
        }
        A shared = tiles.scratch(Scratch.Use.RIGHT_SHARED, k * paddedColumns);
        int grain = (int) Math.max(1, (1 << 16) / ((long) k * width + 1));
        parallel.forRange(paddedColumns / width, grain, (from, to) -> {
            int column = from * width;
            int columns = Math.min(n, to * width) - column;
            for (int depth = 0; depth < k; depth += stepDepth) {
                int count = Math.min(stepDepth, k - depth);
                right.pack(depth, count, column, columns, shared, depth * paddedColumns + column * count, width);
            }
        });
        sharedRight = shared;
    }

    private void runTasks(int from, int to) {
        for (int task = from; task < to; task++) {
            int row = task % rowTasks * taskRows;
            int column = task / rowTasks * taskColumns;
            runTask(row, Math.min(taskRows, m - row), column, Math.min(taskColumns, n - column));
        }
    }

    private void runTask(int row, int rows, int column, int columns) {
        A c = target.data();
        int cStep = target.step();
        int cOff = target.offset() + row * cStep + column;
        if (target.store() != null) {
            cStep = roundUp(columns, width);
            cOff = 0;
            c = tiles.scratch(Scratch.Use.BLOCK, rows * cStep);
        }
        A packedLeft = tiles.scratch(Scratch.Use.LEFT, (rows + tiles.rows()) * TileKernels.A_STRIDE);
        for (int step = 0; step < steps; step++) {
            int depth = step * stepDepth;
            int count = Math.min(stepDepth, k - depth);
            left.pack(row, rows, depth, count, packedLeft, 0);
            multiplyPanels(packedLeft, rows, depth, count, column, columns, step > 0, c, cOff, cStep);
        }
        if (epilogue.relu()) {
            for (int i = 0; i < rows; i++) {
                tiles.relu(c, cOff + i * cStep, columns);
            }
        }
        if (target.store() != null) {
            target.store().store(c, cStep, row, rows, column, columns);
        }
    }

    private void multiplyPanels(
            A packedLeft,
            int rows,
            int depth,
            int count,
            int column,
            int columns,
            boolean accumulate,
            A c,
            int cOff,
            int cStep) {
        A packed = sharedRight;
        int packedOff = depth * roundUp(n, width) + column * count;
        int inPlaceColumns = inPlace == null ? 0 : columns / width * width;
        if (packed == null) {
            packed = tiles.scratch(Scratch.Use.RIGHT, roundUp(columns, width) * stepDepth);
            packedOff = -inPlaceColumns * count;
            if (inPlaceColumns < columns) {
                right.pack(depth, count, column + inPlaceColumns, columns - inPlaceColumns, packed, 0, width);
            }
        }
        for (int j = 0; j < columns; j += width) {
            boolean direct = j < inPlaceColumns;
            A b = direct ? inPlace.data() : packed;
            int bStep = direct ? inPlace.step() : width;
            int bOff = direct ? inPlace.offset() + depth * bStep + column + j : packedOff + j * count;
            multiplyPanel(
                    packedLeft,
                    rows,
                    count,
                    b,
                    bOff,
                    bStep,
                    accumulate,
                    column + j,
                    Math.min(width, columns - j),
                    c,
                    cOff + j,
                    cStep);
        }
    }

    /** All row tiles of one panel; {@code column} is the panel's first column in C, where its bias is. */
    private void multiplyPanel(
            A packedLeft,
            int rows,
            int count,
            A b,
            int bOff,
            int bStep,
            boolean accumulate,
            int column,
            int columns,
            A c,
            int cOff,
            int cStep) {
        boolean half = columns <= width / 2;
        boolean biased = !accumulate && epilogue.bias() != null;
        boolean direct = !accumulate && !biased && columns == (half ? width / 2 : width);
        A add = accumulate ? c : biased ? epilogue.bias() : tiles.zeros();
        int addOff = accumulate ? cOff : biased ? epilogue.offset() + column : 0;
        int addStep = accumulate ? cStep : 0;
        A tile = tiles.scratch(Scratch.Use.TILE, tiles.rows() * width);
        int tileRows;
        for (int i = 0; i < rows; i += tileRows) {
            int leftRows = rows - i;
            tileRows = leftRows > tiles.smallRows() ? tiles.rows() : tiles.smallRows();
            int a = i * TileKernels.A_STRIDE;
            if (direct && leftRows >= tileRows) {
                tiles.multiply(tileRows, half, count, packedLeft, a, b, bOff, bStep, c, cOff + i * cStep, cStep);
            } else {
                tiles.multiply(tileRows, half, count, packedLeft, a, b, bOff, bStep, tile, 0, width);
                int inside = Math.min(tileRows, leftRows);
                tiles.finish(inside, columns, tile, add, addOff + i * addStep, addStep, c, cOff + i * cStep, cStep);
            }
        }
    }

    static int ceil(int a, int b) {
        return a / b + (a % b == 0 ? 0 : 1);
    }

    static int roundUp(int a, int multiple) {
        return ceil(a, multiple) * multiple;
    }
}
