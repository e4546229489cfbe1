package dev.retort.tensor;

import java.util.Arrays;

/** Defaults of {@link ArrayOperations} that follow a mask. Those whose result's shape depends on values read them to the host. */
final class Masks {
    private Masks() {}

    static Tensor logicalNot(CoreOperations ops, Tensor x) {
        checkMask("logicalNot", x);
        try (Scope scope = Scope.open()) {
            return scope.keep(ops.logical(LogicalOp.XOR, x, ops.full(Shape.SCALAR, DType.BOOL, 1)));
        }
    }

    static Tensor maskedFill(CoreOperations ops, Tensor x, Tensor mask, double value) {
        checkMask("maskedFill", mask);
        if (!Operands.check(() -> Shape.broadcast(mask.shape(), x.shape()), x, mask)
                .equals(x.shape())) {
            throw new ShapeException(
                    "maskedFill: a mask of shape " + mask.shape() + " does not broadcast to " + x.shape(), x, mask);
        }
        try (Scope scope = Scope.open()) {
            return scope.keep(new Formula(ops).replace(x, mask, value));
        }
    }

    static Tensor maskSelect(ArrayOperations ops, Tensor x, Tensor mask) {
        checkMask("maskSelect", mask);
        int[] extents = x.shape().toArray();
        int lead = mask.shape().rank();
        if (lead > extents.length || !mask.shape().equals(Shape.of(Arrays.copyOf(extents, lead)))) {
            throw new ShapeException(
                    "maskSelect: a mask of shape " + mask.shape() + " does not fit the leading axes of " + x.shape(),
                    x,
                    mask);
        }
        int[] places = trues(ops, mask);
        // The masked axes as one.
        int[] rows = Arrays.copyOfRange(extents, lead, extents.length);
        int[] joined = new int[rows.length + 1];
        joined[0] = Math.toIntExact(mask.size());
        System.arraycopy(rows, 0, joined, 1, rows.length);
        try (Scope scope = Scope.open()) {
            return scope.keep(ops.indexSelect(ops.reshape(x, Shape.of(joined)), 0, ops.tensor(places, places.length)));
        }
    }

    static Tensor nonzero(ArrayOperations ops, Tensor x) {
        int[] places;
        try (Scope scope = Scope.open()) {
            places = trues(ops, x.dtype() == DType.BOOL ? x : logicalNot(ops, new Formula(ops).equal(x, 0)));
        }
        int rank = x.shape().rank();
        long[] strides = x.shape().strides();
        long[] coordinates = new long[places.length * rank];
        for (int i = 0; i < places.length; i++) {
            for (int axis = 0; axis < rank; axis++) {
                coordinates[i * rank + axis] = places[i] / strides[axis] % x.dim(axis);
            }
        }
        return ops.tensor(coordinates, places.length, rank);
    }

    /** Places of what is true, row-major. */
    private static int[] trues(CoreOperations ops, Tensor mask) {
        byte[] flags = new byte[Math.toIntExact(mask.size())];
        ops.download(mask, flags);
        int[] places = new int[flags.length];
        int count = 0;
        for (int i = 0; i < flags.length; i++) {
            if (flags[i] != 0) {
                places[count++] = i;
            }
        }
        return Arrays.copyOf(places, count);
    }

    private static void checkMask(String operation, Tensor mask) {
        if (mask.dtype() != DType.BOOL) {
            throw new ShapeException(
                    operation + ": a mask is BOOL, got " + mask.dtype() + " " + mask.shape() + "; make one by compare",
                    mask);
        }
    }
}
