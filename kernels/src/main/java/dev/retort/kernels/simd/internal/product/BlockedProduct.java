package dev.retort.kernels.simd.internal.product;

import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.Scratch;

/**
 * C = A B in cache-sized blocks: the one loop nest under matrix products and all three convolutions, which differ only in how
 * they pack A and B and where C goes.
 *
 * <p>C is cut into tasks of some rows and columns. Each task runs along the depth in steps of at most
 * {@link TileKernels#MAX_DEPTH}; within a step it packs rows of A (in the second-level cache), and multiplies them with panels
 * of B, one panel of {@link TileKernels#columns()} columns at a time (in the first-level cache). The cuts along the depth
 * depend on the depth alone, so each element of C is summed in the same order whatever the tasks, and the bits do not depend on the
 * number of threads. A small C of great depth, as a weight's gradient is, would leave few tasks that each pack much: there the depth is
 * cut into slices too, as many as the extents of the product say, whose sums are added in their order. The scheme is that of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (ACM TOMS 34, 2008).
 *
 * @param <A> the arrays of all matrices: float[] or double[]
 */
public final class BlockedProduct<A> {
    /** Packs rows [row, row + rows) and depths [depth, depth + count) of A, rows {@link TileKernels#A_STRIDE} apart. */
    @FunctionalInterface
    public interface LeftPacker<A> {
        void pack(int row, int rows, int depth, int count, A to, int toOff);
    }

    /**
     * Packs depths [depth, depth + count) and columns [column, column + columns) of B into panels of {@code width} columns, one
     * after another; in a panel the depths are {@code width} elements apart. Columns beyond the last are left undefined.
     */
    @FunctionalInterface
    public interface RightPacker<A> {
        void pack(int depth, int count, int column, int columns, A to, int toOff, int width);
    }

    /** Stores a finished block of C that begins at {@code off} and whose rows are {@code step} apart. */
    @FunctionalInterface
    public interface BlockStore<A> {
        void store(A block, int off, int step, int row, int rows, int column, int columns);
    }

    /** B where it already lies row-major: small products read it in place. */
    public record InPlace<A>(A data, int offset, int step) {}

    /** Where C goes: in place; or, if {@code store} is given, through it. */
    public record Target<A>(A data, int offset, int step, BlockStore<A> store) {
        public static <A> Target<A> of(A data, int offset, int step) {
            return new Target<>(data, offset, step, null);
        }

        public static <A> Target<A> through(BlockStore<A> store) {
            return new Target<>(null, 0, 0, store);
        }
    }

    /** So many rows make one task, which then packs its columns of B alone and once. */
    private static final int WHOLE_ROWS = 288;

    private static final int LEAST_ROWS = 24;
    private static final int LEAST_COLUMNS = 64;
    private static final int TASKS_PER_THREAD = 4;
    private static final long TASK_WORTH = 1L << 19;
    private static final int SHARED_LIMIT = 1 << 23;
    private static final int IN_PLACE_ROWS = 24;
    private static final int MOST_SLICES = 8;
    private static final int LEAST_SLICE = 4 * TileKernels.MAX_DEPTH;
    /** A slice of C of more elements leaves the second-level cache between two steps along the depth. */
    private static final int SLICED_ELEMENTS = 1 << 18;

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
    private final int slices;
    private final int sliceSteps;

    private int taskRows;
    private int taskColumns;
    private int rowTasks;
    private int columnTasks;
    private A sharedRight;
    private A sums;

    /**
     * @param m rows of A and C
     * @param n columns of B and C
     * @param k columns of A, rows of B
     * @param inPlace B where it lies, or null if only {@code right} can read it
     */
    public BlockedProduct(
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
        this.sliceSteps = (long) m * n > SLICED_ELEMENTS
                ? steps
                : ceil(steps, Math.max(1, Math.min(MOST_SLICES, k / LEAST_SLICE)));
        this.slices = ceil(steps, sliceSteps);
    }

    /** Computes C, on the pool if that is worth it. */
    public void run() {
        if (m == 0 || n == 0) {
            return;
        }
        int tasks = cut(parallel.threads());
        takeSums();
        packShared();
        parallel.forRange(tasks, 1, this::runTasks);
        sharedRight = null;
        if (slices > 1) {
            int grain = (int) Math.max(1, Parallel.WORTH / ((long) n * slices));
            parallel.forRange(m, grain, this::addSlices);
        }
    }

    /** Computes C on the calling thread, in few large tasks. */
    public void runInline() {
        if (m > 0 && n > 0) {
            int tasks = cut(1);
            takeSums();
            runTasks(0, tasks);
            if (slices > 1) {
                addSlices(0, m);
            }
        }
    }

    /** Chooses the extents of a task and returns the number of tasks. */
    private int cut(int threads) {
        long work = (long) m * n * Math.max(1, k);
        long wanted = threads == 1 ? 1 : Math.min(threads * TASKS_PER_THREAD, work / TASK_WORTH) / slices;
        boolean once = m <= WHOLE_ROWS || slices > 1;
        int rows = once ? m : Math.min(m, tiles.parameters().productRows());
        int columns = Math.min(n, tiles.parameters().productColumns());
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
        columnTasks = ceil(n, taskColumns);
        return rowTasks * columnTasks * slices;
    }

    private void takeSums() {
        sums = slices > 1 ? tiles.scratch(Scratch.Use.SLICES, slices * m * n) : null;
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
                int target = Scratch.START + depth * paddedColumns + column * count;
                right.pack(depth, count, column, columns, shared, target, width);
            }
        });
        sharedRight = shared;
    }

    private void runTasks(int from, int to) {
        for (int task = from; task < to; task++) {
            int row = task % rowTasks * taskRows;
            int column = task / rowTasks % columnTasks * taskColumns;
            int slice = task / rowTasks / columnTasks;
            int rows = Math.min(taskRows, m - row);
            int columns = Math.min(taskColumns, n - column);
            if (slices > 1) {
                multiply(slice, row, rows, column, columns, sums, sumOffset(slice, row) + column, n);
            } else {
                runTask(row, rows, column, columns);
            }
        }
    }

    private int sumOffset(int slice, int row) {
        return Scratch.START + (slice * m + row) * n;
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
        multiply(0, row, rows, column, columns, c, cOff, cStep);
        for (int i = 0; i < rows; i++) {
            epilogue.finishRow(tiles, (row + i) * target.step() + column, c, cOff + i * cStep, columns);
        }
        if (target.store() != null) {
            target.store().store(c, 0, cStep, row, rows, column, columns);
        }
    }

    /** Sums one slice of the depth; with its bias if it is the only one. */
    private void multiply(int slice, int row, int rows, int column, int columns, A c, int cOff, int cStep) {
        A packedLeft = tiles.scratch(Scratch.Use.LEFT, (rows + tiles.rows()) * TileKernels.A_STRIDE);
        int first = slice * sliceSteps;
        for (int step = first; step < Math.min(steps, first + sliceSteps); step++) {
            int depth = step * stepDepth;
            int count = Math.min(stepDepth, k - depth);
            left.pack(row, rows, depth, count, packedLeft, Scratch.START);
            multiplyPanels(packedLeft, rows, depth, count, column, columns, step > first, c, cOff, cStep);
        }
    }

    /** Rows [from, to) of C from the slices' sums. */
    private void addSlices(int from, int to) {
        int size = (to - from) * n;
        int sum = sumOffset(0, from);
        for (int slice = 1; slice < slices; slice++) {
            tiles.add(sums, sumOffset(slice, from), sums, sum, size);
        }
        for (int i = 0; i < to - from; i++) {
            int row = sum + i * n;
            if (epilogue.bias() != null) {
                tiles.add(epilogue.bias(), epilogue.biasOffset(), sums, row, n);
            }
            epilogue.finishRow(tiles, (from + i) * target.step(), sums, row, n);
            if (target.store() == null) {
                tiles.copy(sums, row, target.data(), target.offset() + (from + i) * target.step(), n);
            }
        }
        if (target.store() != null) {
            target.store().store(sums, sum, n, from, to - from, 0, n);
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
        int packedOff = Scratch.START + depth * roundUp(n, width) + column * count;
        int inPlaceColumns = inPlace == null ? 0 : columns / width * width;
        if (packed == null) {
            packed = tiles.scratch(Scratch.Use.RIGHT, roundUp(columns, width) * stepDepth);
            packedOff = Scratch.START - inPlaceColumns * count;
            if (inPlaceColumns < columns) {
                right.pack(
                        depth, count, column + inPlaceColumns, columns - inPlaceColumns, packed, Scratch.START, width);
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
        boolean biased = !accumulate && slices == 1 && epilogue.bias() != null;
        A row = biased ? epilogue.bias() : null;
        int rowOff = epilogue.biasOffset() + column;
        multiplyRows(
                tiles,
                packedLeft,
                Scratch.START,
                rows,
                count,
                b,
                bOff,
                bStep,
                columns,
                accumulate,
                row,
                rowOff,
                c,
                cOff,
                cStep);
    }

    /**
     * Packed rows of A times one panel of B: {@code c[i, j] = sum + row[j]}, or {@code c[i, j] += sum}.
     *
     * @param leftOff where the first row of A begins; some rows more than {@code rows} are read
     * @param columns columns inside C, at most a panel's
     * @param accumulate whether to add to C
     * @param row what is added to each row of C, if C is not; null for nothing
     */
    public static <A> void multiplyRows(
            TileKernels<A> tiles,
            A left,
            int leftOff,
            int rows,
            int count,
            A b,
            int bOff,
            int bStep,
            int columns,
            boolean accumulate,
            A row,
            int rowOff,
            A c,
            int cOff,
            int cStep) {
        int width = tiles.columns();
        boolean half = columns <= width / 2;
        boolean whole = columns == (half ? width / 2 : width);
        A tile = tiles.scratch(Scratch.Use.TILE, tiles.rows() * width);
        int large = whole ? rows / tiles.rows() * tiles.rows() : 0;
        if (large > 0) {
            tiles.multiplyAdd(
                    large, half, count, left, leftOff, b, bOff, bStep, accumulate, row, rowOff, tile, c, cOff, cStep);
        }
        int tileRows;
        for (int i = large; i < rows; i += tileRows) {
            int leftRows = rows - i;
            tileRows = leftRows > tiles.smallRows() ? tiles.rows() : tiles.smallRows();
            int a = leftOff + i * TileKernels.A_STRIDE;
            int target = cOff + i * cStep;
            tiles.multiply(tileRows, half, count, left, a, b, bOff, bStep, tile, Scratch.START, width);
            int inside = Math.min(tileRows, leftRows);
            tiles.finish(inside, columns, tile, Scratch.START, accumulate, row, rowOff, c, target, cStep);
        }
    }

    public static int ceil(int a, int b) {
        return a / b + (a % b == 0 ? 0 : 1);
    }

    public static int roundUp(int a, int multiple) {
        return ceil(a, multiple) * multiple;
    }
}
