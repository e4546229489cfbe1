package dev.retort.kernels.device;

import dev.retort.kernels.device.Products.Panels;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

/** Convolutions and their gradients as products whose operands are looked up in [N, H, W, C] as they lie: nothing is unfolded. */
final class Convolutions {
    /** Output pixels whose products a weight gradient adds up in one go; the sums of such chunks are added up afterwards. */
    private static final int CHUNK = 4096;

    /** Each chunk has the size of the weight. */
    private static final int MOST_CHUNKS = 16;

    private final DeviceMovement ops;
    private final Products products;
    private final Reductions reductions;

    Convolutions(DeviceMovement ops, Products products, Reductions reductions) {
        this.ops = ops;
        this.products = products;
        this.reductions = reductions;
    }

    /** The numbers of a convolution; channels and outputs are those of one group. */
    private record Numbers(Shape input, Shape weight, Shape output, Conv2dSpec spec) {
        int channels() {
            return weight.dim(3);
        }

        int outputs() {
            return weight.dim(0) / spec.groups();
        }

        int taps() {
            return weight.dim(1) * weight.dim(2);
        }

        int inputPixels() {
            return input.dim(0) * input.dim(1) * input.dim(2);
        }

        int outputPixels() {
            return output.dim(0) * output.dim(1) * output.dim(2);
        }

        double operations() {
            return 2.0 * outputPixels() * taps() * channels() * weight.dim(0);
        }

        int[] struct() {
            return new int[] {
                input.dim(0),
                input.dim(1),
                input.dim(2),
                input.dim(3),
                output.dim(1),
                output.dim(2),
                output.dim(3),
                weight.dim(1),
                weight.dim(2),
                spec.strideH(),
                spec.strideW(),
                spec.padH(),
                spec.padW(),
                spec.dilationH(),
                spec.dilationW(),
                channels(),
                outputs()
            };
        }
    }

    /** y = x convolved with {@code weight}, finished by the epilogue. */
    void forward(Tensor x, Tensor weight, Conv2dSpec spec, Epilogue epilogue, Tensor y) {
        Numbers n = new Numbers(x.shape(), weight.shape(), y.shape(), spec);
        if (y.size() == 0) {
            return;
        }
        if (products.wide == null) {
            boolean aligned = Tiling.aligned(x.offset(), weight.offset(), x.dim(3), n.channels());
            Tiling tiling = products.tiling(
                    x.dtype(), n.outputPixels(), n.outputs(), n.channels(), spec.groups(), aligned);
            Launch launch = tiling.kernel(ops.queue, x.dtype(), "convolution")
                    .struct(n.struct())
                    .in(x)
                    .in(weight);
            finish(launch, epilogue, x)
                    .out(y)
                    .computes(n.operations())
                    .over(tiling.grid(n.outputPixels(), n.outputs(), spec.groups()));
            return;
        }
        int length = n.taps() * n.channels();
        Panels panels = new Panels(n.taps(), n.channels(), n.outputs(), n.channels(), 1, length);
        Panels.Batch groups = new Panels.Batch(1, spec.groups(), 0, n.outputs() * length);
        try (Tensor packed = products.pack(weight, 0, panels, groups);
                Tensor zeros = ops.zeros(Shape.of(n.channels()), x.dtype())) {
            Launch launch = products.wide
                    .kernel(ops.queue, x.dtype(), "convolution_wide")
                    .struct(n.struct())
                    .in(x)
                    .in(packed)
                    .in(zeros);
            finish(launch, epilogue, x)
                    .out(y)
                    .computes(n.operations())
                    .over(products.wide.grid(n.outputPixels(), n.outputs(), spec.groups(), x.dtype()));
        }
    }

    /** Arguments of an epilogue; what it has not, {@code other} stands for. */
    private static Launch finish(Launch launch, Epilogue epilogue, Tensor other) {
        return launch.struct(epilogue.struct())
                .in(epilogue.bias() == null ? other : epilogue.bias())
                .in(epilogue.addend() == null ? other : epilogue.addend());
    }

    /** dx: the gradient for the input. */
    void inputGradient(Tensor g, Tensor weight, Conv2dSpec spec, Tensor dx) {
        Numbers n = new Numbers(dx.shape(), weight.shape(), g.shape(), spec);
        if (dx.size() == 0) {
            return;
        }
        if (products.wide == null) {
            boolean aligned =
                    Tiling.aligned(g.offset(), weight.offset(), g.dim(3), n.outputs(), n.channels());
            Tiling tiling = products.tiling(
                    g.dtype(), n.inputPixels(), n.channels(), g.size(), spec.groups(), aligned);
            tiling.kernel(ops.queue, g.dtype(), "convolution_input")
                    .struct(n.struct())
                    .in(g)
                    .in(weight)
                    .out(dx)
                    .computes(n.operations())
                    .over(tiling.grid(n.inputPixels(), n.channels(), spec.groups()));
            return;
        }
        int length = n.taps() * n.channels();
        Panels panels = new Panels(n.taps(), n.outputs(), n.channels(), n.channels(), length, 1);
        Panels.Batch groups = new Panels.Batch(1, spec.groups(), 0, n.outputs() * length);
        try (Tensor packed = products.pack(weight, 0, panels, groups);
                Tensor zeros = ops.zeros(Shape.of(n.outputs()), g.dtype())) {
            products.wide
                    .kernel(ops.queue, g.dtype(), "convolution_input_wide")
                    .struct(n.struct())
                    .in(g)
                    .in(packed)
                    .in(zeros)
                    .out(dx)
                    .computes(n.operations())
                    .over(products.wide.grid(n.inputPixels(), n.channels(), spec.groups(), g.dtype()));
        }
    }

    /** dw: the gradient for the weight. */
    void weightGradient(Tensor x, Tensor g, Conv2dSpec spec, Tensor dw) {
        Numbers n = new Numbers(x.shape(), dw.shape(), g.shape(), spec);
        if (dw.size() == 0) {
            return;
        }
        int rows = g.dim(0) * g.dim(1);
        int chunk = Math.max(Math.max(1, CHUNK / Math.max(1, g.dim(2))), Products.ceil(rows, MOST_CHUNKS));
        int chunks = Math.max(1, Products.ceil(rows, chunk));
        if (chunks == 1) {
            weightGradient(n, x, g, chunk, chunks, dw);
            return;
        }
        try (Tensor partial = ops.allocate(Shape.of(chunks, DeviceMovement.size(dw)), dw.dtype())) {
            weightGradient(n, x, g, chunk, chunks, partial);
            reductions.sumRows(partial, chunks, dw);
        }
    }

    /** dw [chunks, weight]: the sums over {@code chunk} output rows each. */
    private void weightGradient(Numbers n, Tensor x, Tensor g, int chunk, int chunks, Tensor dw) {
        int groups = n.spec().groups();
        int length = n.taps() * n.channels();
        boolean aligned =
                Tiling.aligned(x.offset(), g.offset(), x.dim(3), g.dim(3), n.outputs(), n.channels());
        Tiling tiling = products.wide == null
                ? products.tiling(x.dtype(), n.outputs(), length, g.size(), groups * chunks, aligned)
                : null;
        Launch launch = tiling != null
                ? tiling.kernel(ops.queue, x.dtype(), "convolution_weight")
                : products.wide.kernel(ops.queue, x.dtype(), "convolution_weight_wide");
        Grid grid = tiling != null
                ? tiling.grid(n.outputs(), length, groups * chunks)
                : products.wide.weightGrid(n.outputs(), n.taps(), n.channels(), groups * chunks, x.dtype());
        launch.struct(n.struct())
                .number(tiling != null ? chunk * n.output().dim(2) : chunk)
                .number(chunks)
                .in(x)
                .in(g)
                .out(dw)
                .computes(n.operations())
                .over(grid);
    }
}
