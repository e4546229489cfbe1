package dev.retort.tensor;

import java.util.Arrays;

/**
 * For backends: checks the arguments of core operations and says what shape the result has, so that every backend refuses the
 * same calls with the same words. Operations whose geometry is a record are checked there: {@link GemmSpec#check},
 * {@link Conv2dSpec#outputShape}, {@link Pool2dSpec#outputShape}.
 */
public final class ResultShapes {
    private ResultShapes() {}

    /** Of {@link CoreOperations#permute}: every axis stands once in {@code axes}. */
    public static Shape permute(Shape x, int[] axes) {
        if (axes.length != x.rank()) {
            throw new ShapeException("permute: axes " + Arrays.toString(axes) + " do not fit shape " + x);
        }
        x.mark(axes);
        int[] extents = new int[axes.length];
        for (int i = 0; i < axes.length; i++) {
            extents[i] = x.dim(axes[i]);
        }
        return Shape.of(extents);
    }

    /** Of {@link CoreOperations#reduce}: MAX and MIN of nothing are errors, MEAN is for floating types. */
    public static Shape reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims) {
        if (op == ReduceOp.MEAN && !x.dtype().isFloating()) {
            throw new ShapeException(
                    "reduce: MEAN takes a floating type, got " + x.dtype() + " " + x.shape() + ": cast it first");
        }
        Shape shape = x.shape().reduce(axes, keepDims);
        if ((op == ReduceOp.MAX || op == ReduceOp.MIN) && x.size() == 0 && shape.size() > 0) {
            throw new ShapeException("reduce: there is no " + op + " of nothing; shape " + x.shape()
                    + " is empty along the reduced axes");
        }
        return shape;
    }

    /** Of {@link CoreOperations#argReduce}. */
    public static Shape argReduce(Tensor x, int axis) {
        Shape shape = x.shape().reduce(new int[] {x.shape().axis(axis)}, false);
        if (x.size() == 0 && shape.size() > 0) {
            throw new ShapeException(
                    "argReduce: shape " + x.shape() + " has no elements along axis " + axis + " to choose from");
        }
        return shape;
    }

    /** Of the operands of {@link CoreOperations#conv2dInputGradient} and {@link CoreOperations#conv2dWeightGradient}. */
    public static void convolutionGradient(Tensor g, Shape input, Shape weight, Conv2dSpec spec) {
        Shape output = spec.outputShape(input, weight);
        if (!g.shape().equals(output)) {
            throw new ShapeException("conv2d gradient: the gradient has shape " + g.shape() + ", input " + input
                    + " and weight " + weight + " make " + output);
        }
    }

    /** Of the operands of {@link CoreOperations#maxPool2dGradient}. */
    public static void maxPool2dGradient(Tensor g, Tensor indices, Shape input) {
        if (indices.dtype() != DType.I32) {
            throw new ShapeException("maxPool2dGradient: indices are I32, got " + indices.dtype());
        }
        boolean fits = g.shape().rank() == 4
                && g.shape().equals(indices.shape())
                && input.rank() == 4
                && input.dim(0) == g.dim(0)
                && input.dim(3) == g.dim(3);
        if (!fits) {
            throw new ShapeException("maxPool2dGradient: gradient " + g.shape() + ", indices " + indices.shape()
                    + " and input " + input + " do not belong together");
        }
    }

    /** Of {@link CoreOperations#resizeNearest}. */
    public static Shape resizeNearest(Shape x, int height, int width) {
        return resize("resizeNearest", x, height, width);
    }

    /** Of {@link ComposedOperations#resizeBilinear}. */
    public static Shape resizeBilinear(Shape x, int height, int width) {
        return resize("resizeBilinear", x, height, width);
    }

    private static Shape resize(String operation, Shape x, int height, int width) {
        if (x.rank() != 4 || height < 1 || width < 1 || x.dim(1) < 1 || x.dim(2) < 1) {
            throw new ShapeException(operation + " takes [N, H, W, C] with pixels and a size of at least 1x1, got " + x
                    + " and " + height + "x" + width);
        }
        return Shape.of(x.dim(0), height, width, x.dim(3));
    }

    /** Of the operands of {@link CoreOperations#resizeNearestGradient}. */
    public static void resizeNearestGradient(Tensor g, Shape input) {
        if (g.shape().rank() != 4 || !resizeNearest(input, g.dim(1), g.dim(2)).equals(g.shape())) {
            throw new ShapeException(
                    "resizeNearestGradient: gradient " + g.shape() + " does not come from an input " + input);
        }
    }

    /** Of {@link CoreOperations#indexSelect}. */
    public static Shape indexSelect(Tensor x, int axis, Tensor index) {
        checkIndex("indexSelect", index);
        if (index.shape().rank() != 1) {
            throw new ShapeException("indexSelect takes a 1-d index, got shape " + index.shape());
        }
        return x.shape().with(axis, index.dim(0));
    }

    /** Of {@link CoreOperations#indexAdd}. */
    public static Shape indexAdd(Tensor x, int axis, Tensor index, Tensor source) {
        checkIndex("indexAdd", index);
        if (index.shape().rank() != 1
                || !source.shape().equals(x.shape().with(axis, index.dim(0)))
                || source.dtype() != x.dtype()) {
            throw new ShapeException("indexAdd along axis " + axis + ": source " + source.dtype() + " " + source.shape()
                    + " and index " + index.shape() + " do not fit x " + x.dtype() + " " + x.shape());
        }
        return x.shape();
    }

    /** Of {@link CoreOperations#gather}. */
    public static Shape gather(Tensor x, int axis, Tensor index) {
        checkIndex("gather", index);
        checkInside("gather", x.shape(), axis, index.shape());
        return index.shape();
    }

    /** Of {@link CoreOperations#scatterAdd}. */
    public static Shape scatterAdd(Tensor x, int axis, Tensor index, Tensor source) {
        checkIndex("scatterAdd", index);
        checkInside("scatterAdd", x.shape(), axis, index.shape());
        if (!source.shape().equals(index.shape()) || source.dtype() != x.dtype()) {
            throw new ShapeException("scatterAdd: source " + source.dtype() + " " + source.shape()
                    + " has not the index's shape " + index.shape() + " and x's type " + x.dtype());
        }
        return x.shape();
    }

    /**
     * An index that names no element.
     *
     * @param place where in the index tensor it stands, row-major
     * @param extent the number of elements that it may name
     */
    public static ShapeException indexOutOfRange(Operation operation, long index, long place, int extent) {
        return new ShapeException(
                operation + ": index " + index + " at place " + place + " lies outside [0, " + extent + ")");
    }

    private static void checkIndex(String operation, Tensor index) {
        if (!index.dtype().isIndex()) {
            throw new ShapeException(
                    operation + ": an index is I32 or I64, got " + index.dtype() + " " + index.shape());
        }
    }

    private static void checkInside(String operation, Shape x, int axis, Shape index) {
        int along = x.axis(axis);
        boolean fits = index.rank() == x.rank();
        for (int i = 0; fits && i < x.rank(); i++) {
            fits = i == along || index.dim(i) <= x.dim(i);
        }
        if (!fits) {
            throw new ShapeException(operation + " along axis " + axis + ": index of shape " + index
                    + " does not fit x of shape " + x + "; every other extent is at most x's");
        }
    }
}
