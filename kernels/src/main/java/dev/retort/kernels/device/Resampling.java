package dev.retort.kernels.device;

import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Tensor;

/** Max pooling and resizing of [N, H, W, C]: work-items run over channels and pixels. */
final class Resampling {
    /** Input pixels that a work-item of the pooling's gradient owns. */
    private static final int BAND = 4096;

    private final DeviceMovement ops;

    Resampling(DeviceMovement ops) {
        this.ops = ops;
    }

    private static int pixels(Tensor x) {
        return x.dim(0) * x.dim(1) * x.dim(2);
    }

    void maxPool(Tensor x, Pool2dSpec spec, Tensor values, Tensor indices) {
        ops.queue
                .kernel("resampling", x.dtype(), "max_pool")
                .number(x.dim(1))
                .number(x.dim(2))
                .number(x.dim(3))
                .number(values.dim(1))
                .number(values.dim(2))
                .number(pixels(values))
                .number(spec.kernelH())
                .number(spec.kernelW())
                .number(spec.strideH())
                .number(spec.strideW())
                .number(spec.padH())
                .number(spec.padW())
                .in(x)
                .out(values)
                .out(indices, new Range(0, x.dim(1) * x.dim(2) - 1))
                .over(Grid.of(x.dim(3), pixels(values), 1));
    }

    void maxPoolGradient(Tensor g, Tensor indices, Tensor y) {
        int pixels = y.dim(1) * y.dim(2);
        int bands = Products.ceil(pixels, BAND);
        ops.queue
                .kernel("resampling", g.dtype(), "max_pool_gradient")
                .number(pixels)
                .number(g.dim(1) * g.dim(2))
                .number(y.dim(3))
                .number(y.dim(0))
                .number(BAND)
                .in(g)
                .in(indices)
                .out(y)
                .over(Grid.of(y.dim(3), y.dim(0) * bands, 1));
    }

    /** The same geometry forwards and backwards: {@code small} is resized to {@code large}; x is read, y written. */
    void resize(String function, Tensor small, Tensor large, Tensor x, Tensor y) {
        ops.queue
                .kernel("resampling", x.dtype(), function)
                .number(small.dim(1))
                .number(small.dim(2))
                .number(small.dim(3))
                .number(large.dim(1))
                .number(large.dim(2))
                .number(pixels(y))
                .in(x)
                .out(y)
                .over(Grid.of(y.dim(3), pixels(y), 1));
    }
}
