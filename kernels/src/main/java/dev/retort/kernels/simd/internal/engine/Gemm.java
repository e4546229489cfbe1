package dev.retort.kernels.simd.internal.engine;

import dev.retort.kernels.simd.internal.product.BlockedProduct;
import dev.retort.kernels.simd.internal.product.BlockedProduct.BlockStore;
import dev.retort.kernels.simd.internal.product.BlockedProduct.InPlace;
import dev.retort.kernels.simd.internal.product.BlockedProduct.LeftPacker;
import dev.retort.kernels.simd.internal.product.BlockedProduct.RightPacker;
import dev.retort.kernels.simd.internal.product.BlockedProduct.Target;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.product.TileKernels;
import dev.retort.kernels.simd.internal.run.Parallel;

/**
 * Matrix products: C = op(A) op(B); batched, with all transposes, in place in their arrays.
 *
 * @param <A> float[] or double[]
 */
public final class Gemm<A> {
    /**
     * A matrix, or a grid of batches of them, inside an array.
     *
     * @param data the array; the matrix is row-major in it
     * @param offset index of the first element of the first matrix
     * @param step distance between rows (leading dimension)
     * @param transposed whether the product uses the transpose of what lies in the array
     * @param outerStride distance between matrices along the outer batch axis; 0 repeats one
     * @param innerStride distance along the inner batch axis
     */
    public record Matrix<A>(A data, int offset, int step, boolean transposed, int outerStride, int innerStride) {
        /** One matrix, not transposed. */
        public static <A> Matrix<A> of(A data, int offset, int step) {
            return new Matrix<>(data, offset, step, false, 0, 0);
        }

        /** The transpose of this one. */
        public Matrix<A> transpose() {
            return new Matrix<>(data, offset, step, !transposed, outerStride, innerStride);
        }

        /** The same with batch strides. */
        public Matrix<A> batched(int outer, int inner) {
            return new Matrix<>(data, offset, step, transposed, outer, inner);
        }

        private int offset(int outer, int inner) {
            return offset + outer * outerStride + inner * innerStride;
        }
    }

    private static final int SWAP_ROWS = 16;
    private static final long BATCH_WORTH_SPLITTING = 1L << 24;

    private final Parallel parallel;
    private final TileKernels<A> tiles;

    Gemm(Parallel parallel, TileKernels<A> tiles) {
        this.parallel = parallel;
        this.tiles = tiles;
    }

    /** Products in single precision. */
    public static Gemm<float[]> floats(Engine engine) {
        return new Gemm<>(engine.parallel(), engine.floatTiles());
    }

    /** Products in double precision. */
    public static Gemm<double[]> doubles(Engine engine) {
        return new Gemm<>(engine.parallel(), engine.doubleTiles());
    }

    /** One product of [m, k] with [k, n]: {@code c = a b}. */
    public void multiply(int m, int n, int k, Matrix<A> a, Matrix<A> b, Matrix<A> c) {
        multiply(1, 1, m, n, k, a, b, c, Epilogue.none());
    }

    /**
     * {@code outer * inner} products of [m, k] with [k, n].
     *
     * @param c not transposed
     * @param epilogue bias per column and ReLU
     * @throws IllegalArgumentException if an extent is negative or C is transposed
     */
    public void multiply(
            int outer, int inner, int m, int n, int k, Matrix<A> a, Matrix<A> b, Matrix<A> c, Epilogue<A> epilogue) {
        if (outer < 0 || inner < 0 || m < 0 || n < 0 || k < 0) {
            throw new IllegalArgumentException(
                    "Negative extent: batches " + outer + " x " + inner + ", m " + m + ", n " + n + ", k " + k);
        }
        if (c.transposed()) {
            throw new IllegalArgumentException("C cannot be transposed: swap and transpose A and B instead");
        }
        int batches = outer * inner;
        boolean splitEach = batches < parallel.threads() || (long) m * n * k > BATCH_WORTH_SPLITTING;
        if (splitEach) {
            for (int batch = 0; batch < batches; batch++) {
                product(batch / inner, batch % inner, m, n, k, a, b, c, epilogue)
                        .run();
            }
            return;
        }
        int grain = (int) Math.max(1, Parallel.WORTH / Math.max(1L, (long) m * n * k));
        parallel.forRange(batches, grain, (from, to) -> {
            for (int batch = from; batch < to; batch++) {
                product(batch / inner, batch % inner, m, n, k, a, b, c, epilogue)
                        .runInline();
            }
        });
    }

    private BlockedProduct<A> product(
            int outer, int inner, int m, int n, int k, Matrix<A> a, Matrix<A> b, Matrix<A> c, Epilogue<A> epilogue) {
        int aOff = a.offset(outer, inner);
        int bOff = b.offset(outer, inner);
        int cOff = c.offset(outer, inner);
        boolean fewRows = b.transposed() && m <= SWAP_ROWS && n > m;
        boolean tall = a.transposed() && !b.transposed() && n < m && k > m;
        if ((fewRows || tall) && epilogue.isNone()) {
            return swapped(m, n, k, a, aOff, b, bOff, c, cOff);
        }
        InPlace<A> inPlace = b.transposed() ? null : new InPlace<>(b.data(), bOff, b.step());
        return new BlockedProduct<>(
                parallel,
                tiles,
                m,
                n,
                k,
                left(a.data(), aOff, a.step(), a.transposed()),
                right(b.data(), bOff, b.step(), b.transposed()),
                inPlace,
                Target.of(c.data(), cOff, c.step()),
                epilogue);
    }

    /**
     * C^T = B^T A^T. For few rows of A and a transposed B, the large B is then only copied, and the small A is the one that is
     * rearranged; likewise for long sums of outer products, where the side with fewer columns is.
     */
    private BlockedProduct<A> swapped(
            int m, int n, int k, Matrix<A> a, int aOff, Matrix<A> b, int bOff, Matrix<A> c, int cOff) {
        BlockStore<A> store = (block, off, step, row, rows, column, columns) -> tiles.storeTransposed(
                block, off, step, rows, columns, c.data(), cOff + column * c.step() + row, c.step());
        return new BlockedProduct<>(
                parallel,
                tiles,
                n,
                m,
                k,
                left(b.data(), bOff, b.step(), !b.transposed()),
                right(a.data(), aOff, a.step(), !a.transposed()),
                null,
                Target.through(store),
                Epilogue.none());
    }

    private LeftPacker<A> left(A data, int off, int step, boolean transposed) {
        if (transposed) {
            return (row, rows, depth, count, to, toOff) ->
                    tiles.packRowsOfColumns(data, off + depth * step + row, step, rows, count, to, toOff);
        }
        return (row, rows, depth, count, to, toOff) -> {
            for (int i = 0; i < rows; i++) {
                tiles.copy(data, off + (row + i) * step + depth, to, toOff + i * TileKernels.A_STRIDE, count);
            }
        };
    }

    private RightPacker<A> right(A data, int off, int step, boolean transposed) {
        return (depth, count, column, columns, to, toOff, width) -> {
            if (transposed) {
                tiles.packPanelColumns(data, off + column * step + depth, step, count, columns, to, toOff);
            } else {
                tiles.packPanelRows(data, off + depth * step + column, step, count, columns, to, toOff, count, 0);
            }
        };
    }
}
