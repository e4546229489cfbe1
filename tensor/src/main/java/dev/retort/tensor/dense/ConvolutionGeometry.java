package dev.retort.tensor.dense;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Shape;

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

    /**
     * Of the input [N, H, W, Cin], the weight [Cout, kH, kW, Cin/groups] and a spec.
     *
     * @throws IllegalArgumentException if the kernel does not fit
     */
    public static ConvolutionGeometry of(Shape input, Shape weight, Conv2dSpec spec) {
        return new ConvolutionGeometry(
                input.dim(0),
                input.dim(1),
                input.dim(2),
                input.dim(3),
                weight.dim(0),
                weight.dim(1),
                weight.dim(2),
                spec.strideH(),
                spec.strideW(),
                spec.padH(),
                spec.padH(),
                spec.padW(),
                spec.padW(),
                spec.dilationH(),
                spec.dilationW(),
                spec.groups());
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

    /** Elements of a kernel's window. */
    public int taps() {
        return kernelHeight * kernelWidth;
    }

    /** Products summed for one output: taps times input channels of a group. */
    public int depth() {
        return taps() * groupInputs();
    }

    /** Input pixels of all images. */
    public int inPixels() {
        return images * height * width;
    }

    /** Output pixels of all images. */
    public int outPixels() {
        return images * outHeight() * outWidth();
    }

    /** Multiply-adds count as two operations. */
    public long operations() {
        return 2L * outPixels() * outputs * depth();
    }

    /** Whether every window is the one pixel at its own place, so that the input, as it lies, is the matrix of patches. */
    public boolean isPointwise() {
        return taps() == 1
                && padTop + padBottom + padLeft + padRight == 0
                && outHeight() == height
                && outWidth() == width;
    }
}
