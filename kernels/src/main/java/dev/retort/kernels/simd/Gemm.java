package dev.retort.kernels.simd;

import dev.retort.kernels.simd.BlockedProduct.BlockStore;
import dev.retort.kernels.simd.BlockedProduct.InPlace;
import dev.retort.kernels.simd.BlockedProduct.LeftPacker;
import dev.retort.kernels.simd.BlockedProduct.RightPacker;
import dev.retort.kernels.simd.BlockedProduct.Target;

/** Single-precision matrix products: C = alpha op(A) op(B), or added to C; batched, with all transposes, in place in their arrays. */
public final class Gemm {
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
    public record Matrix(float[] data, int offset, int step, boolean transposed, int outerStride, int innerStride) {
        /** One matrix, not transposed. */
        public static Matrix of(float[] data, int offset, int step) {
            return new Matrix(data, offset, step, false, 0, 0);
        }

        /** The transpose of this one. */
        public Matrix transpose() {
            return new Matrix(data, offset, step, !transposed, outerStride, innerStride);
        }

        /** The same with batch strides. */
        public Matrix batched(int outer, int inner) {
            return new Matrix(data, offset, step, transposed, outer, inner);
        }

        private int offset(int outer, int inner) {
            return offset + outer * outerStride + inner * innerStride;
        }
    }

    private static final int SWAP_ROWS = 16;
    private static final long BATCH_WORTH_SPLITTING = 1L << 24;

    private final Engine engine;

    public Gemm(Engine engine) {
        this.engine = engine;
    }

    /** One product of [m, k] with [k, n]: {@code c = alpha a b}, plus {@code c} if {@code accumulate}. */
    public void multiply(int m, int n, int k, float alpha, Matrix a, Matrix b, Matrix c, boolean accumulate) {
        multiply(1, 1, m, n, k, alpha, a, b, c, accumulate, Epilogue.NONE);
    }

    /**
     * {@code outer * inner} products of [m, k] with [k, n].
     *
     * @param alpha factor on every product; A is multiplied by it before the sums
     * @param c not transposed
     * @param accumulate whether C is added to, instead of written
     * @param epilogue bias per column and ReLU; a bias excludes {@code accumulate}
     * @throws IllegalArgumentException if an extent is negative, C is transposed, or a bias meets {@code accumulate}
     */
    public void multiply(
            int outer,
            int inner,
            int m,
            int n,
            int k,
            float alpha,
            Matrix a,
            Matrix b,
            Matrix c,
            boolean accumulate,
            Epilogue epilogue) {
        if (outer < 0 || inner < 0 || m < 0 || n < 0 || k < 0) {
            throw new IllegalArgumentException(
                    "Negative extent: batches " + outer + " x " + inner + ", m " + m + ", n " + n + ", k " + k);
        }
        if (c.transposed()) {
            throw new IllegalArgumentException("C cannot be transposed: swap and transpose A and B instead");
        }
        int batches = outer * inner;
        boolean splitEach = batches < engine.parallel().threads() || (long) m * n * k > BATCH_WORTH_SPLITTING;
        if (splitEach) {
            for (int batch = 0; batch < batches; batch++) {
                product(batch / inner, batch % inner, m, n, k, alpha, a, b, c, accumulate, epilogue)
                        .run();
            }
            return;
        }
        int grain = (int) Math.max(1, Parallel.WORTH / Math.max(1L, (long) m * n * k));
        engine.parallel().forRange(batches, grain, (from, to) -> {
            for (int batch = from; batch < to; batch++) {
                product(batch / inner, batch % inner, m, n, k, alpha, a, b, c, accumulate, epilogue)
                        .runInline();
            }
        });
    }

    private BlockedProduct product(
            int outer,
            int inner,
            int m,
            int n,
            int k,
            float alpha,
            Matrix a,
            Matrix b,
            Matrix c,
            boolean accumulate,
            Epilogue epilogue) {
        int aOff = a.offset(outer, inner);
        int bOff = b.offset(outer, inner);
        int cOff = c.offset(outer, inner);
        boolean fewRows = b.transposed() && m <= SWAP_ROWS && n > m;
        boolean tall = a.transposed() && !b.transposed() && n < m && k > m;
        if ((fewRows || tall) && !accumulate && epilogue == Epilogue.NONE) {
            return swapped(m, n, k, alpha, a, aOff, b, bOff, c, cOff);
        }
        InPlace inPlace = b.transposed() ? null : new InPlace(b.data(), bOff, b.step());
        return new BlockedProduct(
                engine,
                m,
                n,
                k,
                left(a.data(), aOff, a.step(), a.transposed(), alpha),
                right(b.data(), bOff, b.step(), b.transposed()),
                inPlace,
                Target.of(c.data(), cOff, c.step(), accumulate),
                epilogue);
    }

    /**
     * C^T = B^T A^T. For few rows of A and a transposed B, the large B is then only copied, and the small A is the one that is
     * rearranged; likewise for long sums of outer products, where the side with fewer columns is.
     */
    private BlockedProduct swapped(
            int m, int n, int k, float alpha, Matrix a, int aOff, Matrix b, int bOff, Matrix c, int cOff) {
        BlockStore store = (block, step, row, rows, column, columns) -> {
            for (int j = 0; j < columns; j++) {
                int target = cOff + (column + j) * c.step() + row;
                for (int i = 0; i < rows; i++) {
                    c.data()[target + i] = block[i * step + j];
                }
            }
        };
        return new BlockedProduct(
                engine,
                n,
                m,
                k,
                left(b.data(), bOff, b.step(), !b.transposed(), alpha),
                right(a.data(), aOff, a.step(), !a.transposed()),
                null,
                Target.through(store),
                Epilogue.NONE);
    }

    private static LeftPacker left(float[] data, int off, int step, boolean transposed, float alpha) {
        return (row, rows, depth, count, to, toOff) -> {
            if (transposed) {
                Packing.rowsTransposed(data, off + depth * step + row, step, rows, count, to, toOff);
            } else {
                Packing.rows(data, off + row * step + depth, step, rows, count, to, toOff);
            }
            if (alpha != 1f) {
                Packing.scale(to, toOff, rows, count, alpha);
            }
        };
    }

    private RightPacker right(float[] data, int off, int step, boolean transposed) {
        TileKernels tiles = engine.tiles();
        return (depth, count, column, columns, to, toOff, width) -> {
            if (transposed) {
                Packing.panelsTransposed(data, off + column * step + depth, step, count, columns, to, toOff, width);
            } else {
                tiles.packPanelRows(data, off + depth * step + column, step, count, columns, to, toOff, count, 0);
            }
        };
    }
}
