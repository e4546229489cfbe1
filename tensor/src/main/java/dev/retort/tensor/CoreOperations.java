package dev.retort.tensor;

/**
 * The operations that a backend must bring itself, if it declares them. Shapes follow NumPy's rules; images are
 * {@code [N, H, W, C]}. Every method checks its arguments and throws {@link ShapeException} when they do not fit, or
 * {@link UndeclaredOperationException} when the backend does not declare the operation for the dtype. Results are new
 * tensors, except where memory is said to be shared. Axes may be negative.
 */
public interface CoreOperations {

    // Transfer and creation

    /** A tensor with a copy of {@code values}: float[], double[], int[], long[] or byte[] (BOOL) as the dtype wants. */
    Tensor upload(Object values, Shape shape, DType dtype);

    /** Copies the elements of x into {@code target}, an array of x's element type and size. */
    void download(Tensor x, Object target);

    /** Every element equal to {@code value}. */
    Tensor full(Shape shape, DType dtype, double value);

    /** Converts: floating to integer towards zero; to BOOL by x != 0; BOOL to 0 and 1. */
    Tensor cast(Tensor x, DType target);

    // Movement

    /** The same elements in another shape of equal size. Shares memory. */
    Tensor reshape(Tensor x, Shape shape);

    /** Rows [start, start + length) of axis 0. Shares memory. */
    Tensor narrow(Tensor x, int start, int length);

    /** Axis i of the result is axis axes[i] of x. */
    Tensor permute(Tensor x, int[] axes);

    /** Adds {@code before[i]} and {@code after[i]} elements of {@code value} around axis i. */
    Tensor pad(Tensor x, int[] before, int[] after, double value);

    /** Elements starts[i], starts[i] + steps[i], ... below ends[i] of each axis; {@code 0 <= start <= end <= extent, step >= 1}. */
    Tensor slice(Tensor x, int[] starts, int[] ends, int[] steps);

    /** Gradient of {@link #slice}: zeros of {@code shape} with g at the sliced places. */
    Tensor sliceGradient(Tensor g, Shape shape, int[] starts, int[] steps);

    /** Joins tensors of equal shape but for {@code axis}. */
    Tensor concat(int axis, Tensor... parts);

    /** Repeats x along broadcast axes. */
    Tensor broadcastTo(Tensor x, Shape shape);

    // Elementwise

    Tensor unary(UnaryOp op, Tensor x);

    /** Both operands have one dtype, floating or integer. */
    Tensor binary(BinaryOp op, Tensor a, Tensor b);

    /** Both operands have one dtype. The result is BOOL. */
    Tensor compare(CompareOp op, Tensor a, Tensor b);

    Tensor logical(LogicalOp op, Tensor a, Tensor b);

    /** {@code condition ? a : b}; condition is BOOL, a and b have one dtype; all broadcast. */
    Tensor where(Tensor condition, Tensor a, Tensor b);

    /** min(max(x, low), high). Infinite bounds are open. NaN stays NaN. */
    Tensor clamp(Tensor x, double low, double high);

    // Reductions

    /** Reduces over {@code axes}; an empty array means all. Floating and integer types; MEAN floating only. */
    Tensor reduce(ReduceOp op, Tensor x, int[] axes, boolean keepDims);

    /** Place (I64) of the first largest ({@code largest}) or smallest element along {@code axis}; the axis disappears. */
    Tensor argReduce(boolean largest, Tensor x, int axis);

    /**
     * Places (I64, of x's shape) of the elements along {@code axis} in ascending or descending order. Stable: equal elements, the
     * two zeros among them, keep their order either way. NaN counts as the largest.
     */
    Tensor argSort(Tensor x, int axis, boolean descending);

    /** Running sum along {@code axis}, inclusive. */
    Tensor cumsum(Tensor x, int axis);

    // Linear algebra

    /** The products of {@code spec}, in a new tensor of {@code shape} that is zero where no product writes. */
    Tensor gemm(Tensor a, Tensor b, GemmSpec spec, Shape shape);

    // Convolution and resampling, NHWC

    /** x [N, H, W, Cin], weight [Cout, kH, kW, Cin/groups], result [N, H', W', Cout]. See {@link Conv2dSpec}. */
    Tensor conv2d(Tensor x, Tensor weight, Conv2dSpec spec);

    /** Gradient of conv2d for its input, of shape {@code input}. */
    Tensor conv2dInputGradient(Tensor g, Tensor weight, Shape input, Conv2dSpec spec);

    /** Gradient of conv2d for its weight, of shape {@code weight}. */
    Tensor conv2dWeightGradient(Tensor x, Tensor g, Shape weight, Conv2dSpec spec);

    /**
     * Largest element of each window, and where it was.
     *
     * @param values [N, H', W', C]
     * @param indices I32 [N, H', W', C]: h*W + w of the first maximum in row-major order
     */
    record Pooled(Tensor values, Tensor indices) {}

    Pooled maxPool2d(Tensor x, Pool2dSpec spec);

    /** Adds each g to the place that its index names; result of shape {@code input}. */
    Tensor maxPool2dGradient(Tensor g, Tensor indices, Shape input);

    /** Nearest neighbor: result (h, w) is x at (floor(h*H/height), floor(w*W/width)). */
    Tensor resizeNearest(Tensor x, int height, int width);

    /** Gradient of {@link #resizeNearest}: sums g over the pixels that were copied from each place. */
    Tensor resizeNearestGradient(Tensor g, Shape input);

    // Indexing; indices are I32 or I64, an index out of range is an error that names it

    /** Slices of {@code axis} named by the 1-d {@code index}. */
    Tensor indexSelect(Tensor x, int axis, Tensor index);

    /** x plus the slices of {@code source} added at the places of the 1-d {@code index} along {@code axis}; repeats add up. */
    Tensor indexAdd(Tensor x, int axis, Tensor index, Tensor source);

    /** result[i, j, ..] = x[i, index[i, j, ..], ..] for axis 1, likewise others; index's other extents are at most x's. */
    Tensor gather(Tensor x, int axis, Tensor index);

    /** x with source[i, j, ..] added at [i, index[i, j, ..], ..]; the inverse of {@link #gather}. */
    Tensor scatterAdd(Tensor x, int axis, Tensor index, Tensor source);

    // In place: for optimizers, running statistics and accumulators only; they raise the version of the memory written

    /** target = source. Same shape and dtype. */
    void assign(Tensor target, Tensor source);

    /** target += alpha*source. Same shape and dtype. */
    void axpy(Tensor target, double alpha, Tensor source);
}
