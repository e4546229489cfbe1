package dev.retort.kernels.simd.internal.reduction;

import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;

/**
 * Reductions over any axes. Neighboring axes of one kind are merged; then the reduced groups are taken one by one from the
 * last, each as the middle axis of an array seen as [outer, rows, inner].
 *
 * @param <A> float[] or double[]
 */
public abstract class Reduction<A> {
    private final ReduceOp op;

    Reduction(ReduceOp op) {
        this.op = op;
    }

    /** A working array. */
    abstract A array(int size);

    /** y[o, i] = x[o, .., i] reduced and divided by {@code divisor}; there are at least two rows. */
    abstract void reduce(A x, int xOff, int outer, int rows, int inner, double divisor, A y, int yOff);

    /** {@code shape} is x's, without axes of extent 0; y has room for the result. */
    public final void run(A x, int xOff, Shape shape, boolean[] reduced, A y, int yOff) {
        int[] extents = new int[shape.rank()];
        boolean[] kinds = new boolean[shape.rank()];
        int groups = 0;
        double count = 1;
        for (int axis = 0; axis < shape.rank(); axis++) {
            int extent = shape.dim(axis);
            if (reduced[axis]) {
                count *= extent;
            }
            if (extent > 1 && groups > 0 && kinds[groups - 1] == reduced[axis]) {
                extents[groups - 1] *= extent;
            } else if (extent > 1) {
                kinds[groups] = reduced[axis];
                extents[groups++] = extent;
            }
        }
        groups(x, xOff, extents, kinds, groups, op == ReduceOp.MEAN ? count : 1, y, yOff);
    }

    private void groups(A x, int xOff, int[] extents, boolean[] kinds, int groups, double divisor, A y, int yOff) {
        int last = groups - 1;
        if (last >= 0 && !kinds[last]) {
            last--;
        }
        int inner = last == groups - 1 ? 1 : extents[groups - 1];
        if (last < 0) {
            System.arraycopy(x, xOff, y, yOff, inner);
            return;
        }
        int outer = 1;
        for (int i = 0; i < last; i++) {
            outer *= extents[i];
        }
        if (last < 2) {
            reduce(x, xOff, outer, extents[last], inner, divisor, y, yOff);
            return;
        }
        A partial = array(outer * inner);
        reduce(x, xOff, outer, extents[last], inner, 1, partial, 0);
        // What stood before and behind the group is now one kept group.
        extents[last - 1] *= inner;
        groups(partial, 0, extents, kinds, last, divisor, y, yOff);
    }
}
