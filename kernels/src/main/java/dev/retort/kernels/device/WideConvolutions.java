package dev.retort.kernels.device;

import dev.retort.kernels.device.Products.Panels;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;

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
    public void forward(ConvolutionNumbers n, Tensor x, Tensor weight, Epilogue epilogue, Tensor y) {
        int length = n.taps() * n.channels();
        Panels panels = new Panels(n.taps(), n.channels(), n.outputs(), n.channels(), 1, length);
        Panels.Batch groups = new Panels.Batch(1, n.groups(), 0, n.outputs() * length);
        try (Tensor packed = products.pack(weight, 0, panels, groups);
                Tensor zeros = ops.zeros(Shape.of(n.channels()), x.dtype())) {
            products.wide
                    .kernel(ops.queue, x.dtype(), "convolution_wide")
                    .struct(n.struct())
                    .in(x)
                    .in(packed)
                    .in(zeros)
                    .epilogue(epilogue, x)
                    .out(y)
                    .computes(n.operations())
                    .over(products.wide.grid(n.outputPixels(), n.outputs(), n.groups(), x.dtype()));
        }
    }

    @Override
    public void inputGradient(ConvolutionNumbers n, Tensor g, Tensor weight, Tensor dx) {
        int length = n.taps() * n.channels();
        Panels panels = new Panels(n.taps(), n.outputs(), n.channels(), n.channels(), length, 1);
        Panels.Batch groups = new Panels.Batch(1, n.groups(), 0, n.outputs() * length);
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
                    .over(products.wide.grid(n.inputPixels(), n.channels(), n.groups(), g.dtype()));
        }
    }

    @Override
    public void weightGradient(ConvolutionNumbers n, Tensor x, Tensor g, Tensor dw) {
        chunks.run(g, dw, (rows, count, partial) -> products.wide
                .kernel(ops.queue, x.dtype(), "convolution_weight_wide")
                .struct(n.struct())
                .number(rows)
                .number(count)
                .in(x)
                .in(g)
                .out(partial)
                .computes(n.operations())
                .over(products.wide.weightGrid(n.outputs(), n.taps(), n.channels(), n.groups() * count, x.dtype())));
    }
}
