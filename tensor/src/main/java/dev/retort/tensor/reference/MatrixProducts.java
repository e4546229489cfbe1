package dev.retort.tensor.reference;

import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/** Matrix products by EJML in float64: operands are copied out as plain matrices, products are copied back. */
final class MatrixProducts {
    private MatrixProducts() {}

    /** y must be zero already where no product writes. */
    static void gemm(Tensor a, Tensor b, GemmSpec spec, Tensor y) {
        Elements left = Elements.of(a);
        Elements right = Elements.of(b);
        Elements to = Elements.of(y);
        for (int i = 0; i < spec.batch1(); i++) {
            for (int j = 0; j < spec.batch2(); j++) {
                DMatrixRMaj matrixA = read(left, spec.a(), i, j, spec.m(), spec.k(), spec.transposeA());
                DMatrixRMaj matrixB = read(right, spec.b(), i, j, spec.k(), spec.n(), spec.transposeB());
                DMatrixRMaj product = multiply(matrixA, matrixB);
                for (int row = 0; row < spec.m(); row++) {
                    for (int column = 0; column < spec.n(); column++) {
                        to.set(place(spec.c(), i, j, row, column), product.unsafe_get(row, column));
                    }
                }
            }
        }
    }

    static DMatrixRMaj multiply(DMatrixRMaj a, DMatrixRMaj b) {
        DMatrixRMaj product = new DMatrixRMaj(a.numRows, b.numCols);
        if (a.numCols > 0) {
            CommonOps_DDRM.mult(a, b, product);
        }
        return product;
    }

    private static DMatrixRMaj read(
            Elements from, GemmSpec.Layout layout, int i, int j, int rows, int columns, boolean transposed) {
        DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                int place = transposed ? place(layout, i, j, column, row) : place(layout, i, j, row, column);
                matrix.unsafe_set(row, column, from.get(place));
            }
        }
        return matrix;
    }

    private static int place(GemmSpec.Layout layout, int i, int j, int row, int column) {
        return (int)
                (layout.offset() + i * layout.stride1() + j * layout.stride2() + (long) row * layout.ld() + column);
    }
}
