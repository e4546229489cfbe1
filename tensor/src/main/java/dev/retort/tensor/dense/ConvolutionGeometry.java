package dev.retort.tensor.dense;

/**
 * The extents of a two-dimensional convolution. Input [images, height, width, inputs] (NHWC), weight
 * [outputs, kernelHeight, kernelWidth, inputs / groups] (OHWI), output [images, outHeight, outWidth, outputs].
 *
 * @param padTop zero rows above; {@code padBottom}, {@code padLeft} and {@code padRight} likewise
 */
public record ConvolutionGeometry(
        int images,
        int height,
        int width,
        int inputs,
        int outputs,
        int kernelHeight,
        int kernelWidth,
        int strideY,
        int strideX,
        int padTop,
        int padBottom,
        int padLeft,
        int padRight,
        int dilationY,
        int dilationX,
        int groups) {

    public ConvolutionGeometry {
        if (kernelHeight < 1 || kernelWidth < 1 || strideY < 1 || strideX < 1 || dilationY < 1 || dilationX < 1) {
            throw new IllegalArgumentException("Kernel, stride and dilation must be positive: kernel " + kernelHeight
                    + " x " + kernelWidth + ", stride " + strideY + " x " + strideX + ", dilation " + dilationY + " x "
                    + dilationX);
        }
        if (groups < 1 || inputs % groups != 0 || outputs % groups != 0) {
            throw new IllegalArgumentException(
                    "Groups must divide both channel counts: " + inputs + " to " + outputs + " in " + groups);
        }
        if (height + padTop + padBottom <= (kernelHeight - 1) * dilationY
                || width + padLeft + padRight <= (kernelWidth - 1) * dilationX) {
            throw new IllegalArgumentException("The kernel, " + kernelHeight + " x " + kernelWidth + " dilated by "
                    + dilationY + " x " + dilationX + ", is larger than the padded input " + height + " x " + width);
        }
    }

    /** Equal stride, padding and dilation along both axes. */
    public static ConvolutionGeometry square(
            int images, int height, int width, int inputs, int outputs, int kernel, int stride, int pad) {
        return new ConvolutionGeometry(
                images, height, width, inputs, outputs, kernel, kernel, stride, stride, pad, pad, pad, pad, 1, 1, 1);
    }

    /** Rows of the output. */
    public int outHeight() {
        return (height + padTop + padBottom - (kernelHeight - 1) * dilationY - 1) / strideY + 1;
    }

    /** Columns of the output. */
    public int outWidth() {
        return (width + padLeft + padRight - (kernelWidth - 1) * dilationX - 1) / strideX + 1;
    }

    /** Input channels that one output channel sees. */
    public int groupInputs() {
        return inputs / groups;
    }

    /** Output channels of one group. */
    public int groupOutputs() {
        return outputs / groups;
    }

    /** Products summed for one output: taps times input channels of a group. */
    public int depth() {
        return kernelHeight * kernelWidth * groupInputs();
    }

    /** Output pixels of all images. */
    public int outPixels() {
        return images * outHeight() * outWidth();
    }

    /** Multiply-adds count as two operations. */
    public long operations() {
        return 2L * outPixels() * outputs * depth();
    }

    /** Whether the input, as it lies, is the matrix of patches. */
    public boolean isPointwise() {
        return kernelHeight == 1
                && kernelWidth == 1
                && strideY == 1
                && strideX == 1
                && padTop + padBottom + padLeft + padRight == 0
                && groups == 1;
    }
}
