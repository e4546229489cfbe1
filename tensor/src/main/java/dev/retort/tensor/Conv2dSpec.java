package dev.retort.tensor;

/**
 * Geometry of a 2-d convolution (cross-correlation, as in every deep-learning library).
 *
 * <p>Input {@code [N, H, W, Cin]}, weight {@code [Cout, kH, kW, Cin/groups]}, output {@code [N, H', W', Cout]} with
 * {@code H' = floor((H + 2*padH - dilationH*(kH - 1) - 1)/strideH) + 1}, likewise W'.
 */
public record Conv2dSpec(int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {

    public Conv2dSpec {
        if (strideH < 1 || strideW < 1 || padH < 0 || padW < 0 || dilationH < 1 || dilationW < 1 || groups < 1) {
            throw new ShapeException("Convolution needs stride, dilation and groups >= 1 and padding >= 0, got stride "
                    + strideH + "x" + strideW + ", padding " + padH + "x" + padW + ", dilation " + dilationH + "x"
                    + dilationW + ", groups " + groups);
        }
    }

    /** The same stride and padding on both axes, no dilation, one group. */
    public static Conv2dSpec of(int stride, int padding) {
        return new Conv2dSpec(stride, stride, padding, padding, 1, 1, 1);
    }

    /**
     * Shape of the output.
     *
     * @throws ShapeException if input and weight do not fit, or the kernel is larger than the padded input
     */
    public Shape outputShape(Shape input, Shape weight) {
        if (input.rank() != 4 || weight.rank() != 4) {
            throw new ShapeException("conv2d takes input [N, H, W, Cin] and weight [Cout, kH, kW, Cin/groups], got "
                    + input + " and " + weight);
        }
        if (input.dim(3) != weight.dim(3) * groups || weight.dim(0) % groups != 0) {
            throw new ShapeException("conv2d: input " + input + " has " + input.dim(3) + " channels, weight " + weight
                    + " with " + groups + " group(s) takes " + weight.dim(3) * groups
                    + "; output channels must divide by the groups too");
        }
        int height = outputExtent(input.dim(1), weight.dim(1), strideH, padH, dilationH);
        int width = outputExtent(input.dim(2), weight.dim(2), strideW, padW, dilationW);
        if (height < 1 || width < 1) {
            throw new ShapeException(
                    "conv2d: kernel of weight " + weight + " does not fit into input " + input + " with " + this);
        }
        return Shape.of(input.dim(0), height, width, weight.dim(0));
    }

    private static int outputExtent(int extent, int kernel, int stride, int pad, int dilation) {
        return Math.floorDiv(extent + 2 * pad - dilation * (kernel - 1) - 1, stride) + 1;
    }
}
