package dev.retort.tensor;

/**
 * Geometry of 2-d pooling on {@code [N, H, W, C]}: windows of kernelH x kernelW, clipped at the border; the output
 * extent is {@code floor((extent + 2*pad - kernel)/stride) + 1}.
 */
public record Pool2dSpec(int kernelH, int kernelW, int strideH, int strideW, int padH, int padW) {

    public Pool2dSpec {
        if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1 || padH < 0 || padW < 0) {
            throw new ShapeException("Pooling needs kernel and stride >= 1 and padding >= 0, got kernel " + kernelH
                    + "x" + kernelW + ", stride " + strideH + "x" + strideW + ", padding " + padH + "x" + padW);
        }
        if (2 * padH > kernelH || 2 * padW > kernelW) {
            throw new ShapeException("Pooling padding " + padH + "x" + padW + " is more than half the kernel " + kernelH
                    + "x" + kernelW + ": a window would hold padding only");
        }
    }

    /** Square kernel. */
    public static Pool2dSpec of(int kernel, int stride, int padding) {
        return new Pool2dSpec(kernel, kernel, stride, stride, padding, padding);
    }

    /**
     * Shape of the output.
     *
     * @throws ShapeException if the input has no pixels or is smaller than the window
     */
    public Shape outputShape(Shape input) {
        if (input.rank() != 4) {
            throw new ShapeException("Pooling takes [N, H, W, C], got " + input);
        }
        int height = Math.floorDiv(input.dim(1) + 2 * padH - kernelH, strideH) + 1;
        int width = Math.floorDiv(input.dim(2) + 2 * padW - kernelW, strideW) + 1;
        if (height < 1 || width < 1 || input.dim(1) < 1 || input.dim(2) < 1) {
            throw new ShapeException("Pooling window " + kernelH + "x" + kernelW + " does not fit into " + input);
        }
        return Shape.of(input.dim(0), height, width, input.dim(3));
    }
}
