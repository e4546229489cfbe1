package dev.retort.kernels.device;

import dev.retort.kernels.device.Products.Panels;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.dense.ConvolutionGeometry;

/** Convolutions in vector registers: the weight is packed into panels, the other operand is looked up as it lies. */
final class WideConvolutions implements Convolutions.Kernels {
    private final DeviceMovement ops;
    private final Products products;
    private final WeightChunks chunks;

    WideConvolutions(DeviceMovement ops, Products products, WeightChunks chunks) {
        this.ops = ops;
        this.products = products;
        this.chunks = chunks;
    }

    @Override
    public void forward(ConvolutionGeometry geometry, Tensor x, Tensor weight, Epilogue epilogue, Tensor y) {
        int length = geometry.taps() * geometry.groupInputs();
        Panels panels = new Panels(
                geometry.taps(), geometry.groupInputs(), geometry.groupOutputs(), geometry.groupInputs(), 1, length);
        Panels.Batch groups = new Panels.Batch(1, geometry.groups(), 0, geometry.groupOutputs() * length);
        try (Tensor packed = products.pack(weight, 0, panels, groups);
                Tensor zeros = ops.zeros(Shape.of(geometry.groupInputs()), x.dtype())) {
            products.wide
                    .kernel(ops.queue, x.dtype(), "convolution_wide")
                    .struct(Convolutions.struct(geometry))
                    .in(x)
                    .in(packed)
                    .in(zeros)
                    .epilogue(epilogue, x)
                    .out(y)
                    .computes(geometry.operations())
                    .over(products.wide.grid(
                            geometry.outPixels(), geometry.groupOutputs(), geometry.groups(), x.dtype()));
        }
    }

    @Override
    public void inputGradient(ConvolutionGeometry geometry, Tensor g, Tensor weight, Tensor dx) {
        int length = geometry.taps() * geometry.groupInputs();
        Panels panels = new Panels(
                geometry.taps(), geometry.groupOutputs(), geometry.groupInputs(), geometry.groupInputs(), length, 1);
        Panels.Batch groups = new Panels.Batch(1, geometry.groups(), 0, geometry.groupOutputs() * length);
        try (Tensor packed = products.pack(weight, 0, panels, groups);
                Tensor zeros = ops.zeros(Shape.of(geometry.groupOutputs()), g.dtype())) {
            products.wide
                    .kernel(ops.queue, g.dtype(), "convolution_input_wide")
                    .struct(Convolutions.struct(geometry))
                    .in(g)
                    .in(packed)
                    .in(zeros)
                    .out(dx)
                    .computes(geometry.operations())
                    .over(products.wide.grid(
                            geometry.inPixels(), geometry.groupInputs(), geometry.groups(), g.dtype()));
        }
    }

    @Override
    public void weightGradient(ConvolutionGeometry geometry, Tensor x, Tensor g, Tensor dw) {
        chunks.run(g, dw, (rows, count, partial) -> products.wide
                .kernel(ops.queue, x.dtype(), "convolution_weight_wide")
                .struct(Convolutions.struct(geometry))
                .number(rows)
                .number(count)
                .in(x)
                .in(g)
                .out(partial)
                .computes(geometry.operations())
                .over(products.wide.weightGrid(
                        geometry.groupOutputs(),
                        geometry.taps(),
                        geometry.groupInputs(),
                        geometry.groups() * count,
                        x.dtype())));
    }
}
