package dev.retort.tensor;

import java.util.List;

/**
 * Composed operations that make, arrange, order, select and summarize, in NumPy's and PyTorch's manner. Axes may be negative.
 * Gradients come through the core operations that the defaults are made of.
 */
public interface ArrayOperations extends CoreOperations {

    // Creation

    default Tensor tensor(float[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.F32);
    }

    default Tensor tensor(double[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.F64);
    }

    default Tensor tensor(int[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.I32);
    }

    default Tensor tensor(long[] values, int... extents) {
        return upload(values, Shape.of(extents), DType.I64);
    }

    default Tensor tensor(boolean[] values, int... extents) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return upload(bytes, Shape.of(extents), DType.BOOL);
    }

    /** Doubles rounded to {@code dtype}, F32 or F64. */
    default Tensor tensor(double[] values, Shape shape, DType dtype) {
        if (dtype != DType.F32) {
            return upload(values, shape, dtype);
        }
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return upload(narrow, shape, dtype);
    }

    default Tensor zeros(Shape shape, DType dtype) {
        return full(shape, dtype, 0);
    }

    /**
     * start, start + step, ... up to but without end: [ceil((end - start)/step)].
     *
     * @throws ShapeException if step is 0 or leads away from end, if an integer type does not hold start, step or the last number, or for
     *     BOOL
     */
    default Tensor arange(double start, double end, double step, DType dtype) {
        return Arrangement.arange(this, start, end, step, dtype);
    }

    /**
     * 1 at the place that each index names, else 0.
     *
     * @param index I32 or I64 of any shape, in [0, classes); another value is an error that names it
     * @param dtype of the result; not BOOL
     * @return [index.., classes]
     */
    default Tensor oneHot(Tensor index, int classes, DType dtype) {
        return Arrangement.oneHot(this, index, classes, dtype);
    }

    // Axes

    /** x with an axis of extent 1 put in before {@code axis}; a negative one counts from the end of the result. Shares memory. */
    default Tensor unsqueeze(Tensor x, int axis) {
        return Arrangement.unsqueeze(this, x, axis);
    }

    /**
     * x without the named axes, or without every axis of extent 1 if none is named. Shares memory.
     *
     * @throws ShapeException if a named axis has another extent
     */
    default Tensor squeeze(Tensor x, int... axes) {
        return Arrangement.squeeze(this, x, axes);
    }

    // Joining and parting

    /** Tensors of one shape along a new axis, which stands at {@code axis} of the result. */
    default Tensor stack(int axis, Tensor... parts) {
        return Arrangement.stack(this, axis, parts);
    }

    /** Consecutive parts of these extents along {@code axis}; they add up to its extent. */
    default List<Tensor> split(Tensor x, int axis, int... sizes) {
        return Arrangement.split(this, x, axis, sizes);
    }

    /**
     * Parts of ceil(extent/count) along {@code axis}, the last one smaller, as PyTorch's: there may be fewer than {@code count}. An
     * empty axis gives {@code count} empty parts.
     */
    default List<Tensor> chunk(Tensor x, int axis, int count) {
        return Arrangement.chunk(this, x, axis, count);
    }

    /** x reversed along the axes, or along all if none is named. */
    default Tensor flip(Tensor x, int... axes) {
        return Arrangement.flip(this, x, axes);
    }

    /**
     * x laid side by side, {@code repeats[i]} times along axis i (NumPy's tile). More repeats than axes make new leading axes.
     *
     * @throws ShapeException if there are fewer repeats than axes, or a negative one
     */
    default Tensor repeat(Tensor x, int... repeats) {
        return Arrangement.repeat(this, x, repeats);
    }

    // Masks

    /** Not x, of BOOL. */
    default Tensor logicalNot(Tensor x) {
        return Masks.logicalNot(this, x);
    }

    /** {@code value} where the mask is true, x elsewhere. The mask is BOOL and broadcasts to x's shape. */
    default Tensor maskedFill(Tensor x, Tensor mask, double value) {
        return Masks.maskedFill(this, x, mask, value);
    }

    /**
     * The slices of x at which the mask is true, in row-major order: {@code x[mask]} in NumPy. The result's shape depends on the
     * mask's values, so the mask is read to the host, which waits for it.
     *
     * @param mask BOOL, of the shape of x's leading axes; of x's own shape, it picks elements
     * @return [count, remaining axes of x..]
     */
    default Tensor maskSelect(Tensor x, Tensor mask) {
        return Masks.maskSelect(this, x, mask);
    }

    /**
     * Coordinates of the elements that are not zero, NaN among them, in row-major order: I64 [count, rank]. The result's shape
     * depends on x's values, so they are read to the host, which waits for them.
     */
    default Tensor nonzero(Tensor x) {
        return Masks.nonzero(this, x);
    }

    // Order and selection

    /**
     * Picked elements and their places along the axis.
     *
     * @param values of x's dtype; the gradient goes to the elements that were picked
     * @param indices I64, of the same shape
     */
    record Ordered(Tensor values, Tensor indices) {}

    /** x ordered along {@code axis} as {@link #argSort} has it. */
    default Ordered sort(Tensor x, int axis, boolean descending) {
        return Ordering.topK(this, x, x.dim(axis), axis, descending);
    }

    /**
     * The k largest elements along {@code axis}, largest first, or the k smallest, smallest first. Of equal ones the first is
     * taken; NaN counts as the largest. Costs a whole sort.
     *
     * @param k in [0, extent]
     */
    default Ordered topK(Tensor x, int k, int axis, boolean largest) {
        return Ordering.topK(this, x, k, axis, largest);
    }

    /**
     * The largest ({@code largest}) or smallest element along {@code axis}, and its place; the axis disappears. Unlike MAX and MIN
     * of {@link #reduce}, which share it, the gradient goes to the first of equal elements.
     */
    default Ordered extreme(boolean largest, Tensor x, int axis) {
        return Ordering.extreme(this, largest, x, axis);
    }

    /**
     * Rows of a table.
     *
     * @param weight [V, ..]
     * @param index I32 or I64 of any shape, in [0, V)
     * @return [index.., ..]; the gradient adds up over repeated indices
     */
    default Tensor embedding(Tensor weight, Tensor index) {
        return Ordering.embedding(this, weight, index);
    }

    // Statistics

    /**
     * sum (x - mean)^2 / max(n - correction, 0) over {@code axes} (all if none are named), n their number of elements: correction 0 is
     * the biased variance, 1 the unbiased (Bessel's). NaN where that is 0/0.
     */
    default Tensor variance(Tensor x, int[] axes, int correction, boolean keepDims) {
        return Statistics.variance(this, x, axes, correction, keepDims);
    }

    /**
     * Euclidean norm, sqrt(sum x^2), over {@code axes} (all if none are named). Its gradient is x/norm, and 0 where the norm is 0. Not
     * protected against squares that overflow.
     */
    default Tensor norm(Tensor x, int[] axes, boolean keepDims) {
        return Statistics.norm(this, x, axes, keepDims);
    }
}
