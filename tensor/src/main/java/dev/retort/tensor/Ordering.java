package dev.retort.tensor;

import dev.retort.tensor.ArrayOperations.Ordered;

/** Defaults of {@link ArrayOperations} that pick elements by their order or by an index. */
final class Ordering {
    private Ordering() {}

    static Ordered topK(CoreOperations ops, Tensor x, int k, int axis, boolean descending) {
        int along = x.axis(axis);
        if (k < 0 || k > x.dim(along)) {
            throw new ShapeException(
                    "topK: there are not " + k + " elements along axis " + axis + " of " + x.shape(), x);
        }
        try (Scope scope = Scope.open()) {
            Tensor order = ops.argSort(x, along, descending);
            Tensor first = k == x.dim(along)
                    ? order
                    : Arrangement.split(ops, order, along, k, x.dim(along) - k).get(0);
            return new Ordered(scope.keep(ops.gather(x, along, first)), scope.keep(first));
        }
    }

    static Ordered extreme(CoreOperations ops, boolean largest, Tensor x, int axis) {
        int along = x.axis(axis);
        try (Scope scope = Scope.open()) {
            Tensor index = ops.argReduce(largest, x, along);
            Tensor picked = ops.gather(x, along, Arrangement.unsqueeze(ops, index, along));
            return new Ordered(scope.keep(ops.reshape(picked, index.shape())), scope.keep(index));
        }
    }

    static Tensor embedding(CoreOperations ops, Tensor weight, Tensor index) {
        if (weight.shape().rank() == 0) {
            throw new ShapeException("embedding takes a table [V, ..], got a scalar", weight);
        }
        int[] row = weight.shape().toArray();
        int[] lead = index.shape().toArray();
        int[] extents = new int[lead.length + row.length - 1];
        System.arraycopy(lead, 0, extents, 0, lead.length);
        System.arraycopy(row, 1, extents, lead.length, row.length - 1);
        try (Scope scope = Scope.open()) {
            Tensor flat = ops.reshape(index, Shape.of(Math.toIntExact(index.size())));
            return scope.keep(ops.reshape(ops.indexSelect(weight, 0, flat), Shape.of(extents)));
        }
    }
}
