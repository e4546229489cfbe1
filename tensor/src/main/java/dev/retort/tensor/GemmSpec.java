package dev.retort.tensor;

import java.util.Arrays;
import java.util.Comparator;

/**
 * A batch of matrix products read and written in place: for every i in [0, batch1), j in [0, batch2)
 * {@code C_ij[m, n] = op(A_ij)[m, k] * op(B_ij)[k, n]}, where op transposes if asked. A is stored as [m, k] ([k, m] when
 * transposed), B as [k, n] ([n, k]), C as [m, n]; {@link Layout} says where in its tensor each matrix lies. So heads of an
 * attention are read straight from [N, S, heads*d]: ld = heads*d, strides (S*heads*d, d).
 *
 * @param m rows of C
 * @param n columns of C
 * @param k length of the sums
 */
public record GemmSpec(
        int m,
        int n,
        int k,
        boolean transposeA,
        boolean transposeB,
        int batch1,
        int batch2,
        Layout a,
        Layout b,
        Layout c) {

    /**
     * Where the matrices of one operand lie: element (row, column) of matrix (i, j) is at
     * {@code offset + i*stride1 + j*stride2 + row*ld + column}.
     *
     * @param ld leading dimension: distance of two rows, in elements
     */
    public record Layout(long offset, int ld, long stride1, long stride2) {
        /** One dense matrix with rows of {@code ld} elements. */
        public static Layout dense(int ld) {
            return new Layout(0, ld, 0, 0);
        }

        /** Whether two elements may share a place: a step along one axis must pass all that lies along shorter ones. */
        private boolean mayOverlap(int rows, int columns, int batch1, int batch2) {
            long[][] axes = {{1, columns}, {ld, rows}, {stride1, batch1}, {stride2, batch2}};
            Arrays.sort(axes, Comparator.comparingLong(axis -> axis[0]));
            long last = 0;
            for (long[] axis : axes) {
                if (axis[1] > 1) {
                    if (axis[0] <= last) {
                        return true;
                    }
                    last += (axis[1] - 1) * axis[0];
                }
            }
            return false;
        }

        long end(int rows, int columns, int batch1, int batch2) {
            return rows == 0 || columns == 0 || batch1 == 0 || batch2 == 0
                    ? 0
                    : offset + (batch1 - 1) * stride1 + (batch2 - 1) * stride2 + (rows - 1L) * ld + columns;
        }
    }

    /** One product of two dense matrices. */
    public static GemmSpec dense(int m, int n, int k, boolean transposeA, boolean transposeB) {
        return new GemmSpec(
                m,
                n,
                k,
                transposeA,
                transposeB,
                1,
                1,
                Layout.dense(transposeA ? m : k),
                Layout.dense(transposeB ? k : n),
                Layout.dense(n));
    }

    /** The product that gives the gradient of A, in A's own layout, from C's gradient: which operand comes first depends. */
    public GemmSpec gradientA() {
        return transposeA
                ? new GemmSpec(k, m, n, transposeB, true, batch1, batch2, b, c, a)
                : new GemmSpec(m, k, n, false, !transposeB, batch1, batch2, c, b, a);
    }

    /** The product that gives the gradient of B, in B's own layout. */
    public GemmSpec gradientB() {
        return transposeB
                ? new GemmSpec(n, k, m, true, transposeA, batch1, batch2, c, a, b)
                : new GemmSpec(k, n, m, !transposeA, false, batch1, batch2, a, c, b);
    }

    /** Whether every element of a C of {@code size} elements is written by some product. */
    public boolean coversOutput(long size) {
        return size == (long) m * n * batch1 * batch2;
    }

    /**
     * Checks that all matrices lie inside their tensors and that those of C do not overlap.
     *
     * @throws ShapeException naming the operand
     */
    public void check(Shape shapeA, Shape shapeB, Shape shapeC) {
        checkOperand("A", a, transposeA ? k : m, transposeA ? m : k, shapeA);
        checkOperand("B", b, transposeB ? n : k, transposeB ? k : n, shapeB);
        checkOperand("C", c, m, n, shapeC);
        if (m > 0 && n > 0 && batch1 > 0 && batch2 > 0 && c.mayOverlap(m, n, batch1, batch2)) {
            throw new ShapeException("gemm: the matrices of C overlap, or interleave too finely to tell, in " + this);
        }
    }

    private void checkOperand(String name, Layout layout, int rows, int columns, Shape shape) {
        boolean negative = Math.min(Math.min(rows, columns), Math.min(batch1, batch2)) < 0
                || layout.stride1 < 0
                || layout.stride2 < 0;
        if (negative
                || layout.ld < columns
                || layout.offset < 0
                || layout.end(rows, columns, batch1, batch2) > shape.size()) {
            throw new ShapeException("gemm: operand " + name + " of " + batch1 + "x" + batch2 + " matrices [" + rows
                    + ", " + columns + "] with " + layout + " does not lie inside a tensor of shape " + shape);
        }
    }
}
