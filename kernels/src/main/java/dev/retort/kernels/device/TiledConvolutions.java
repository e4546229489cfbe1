package dev.retort.kernels.device;

import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Convolutions in tiles, whose operands are looked up as they lie; or by the vendor's library, from patches that are unfolded unless a
 * window is a pixel. Which is the fastest for a shape, {@link Choices} tells.
 */
final class TiledConvolutions implements Convolutions.Kernels {
    /** Patches that take more than this are not unfolded. */
    private static final long MOST_UNFOLDED_BYTES = 1L << 30;

    private static final String LIBRARY = "library";

    private final DeviceMovement ops;
    private final Products products;
    private final WeightChunks chunks;
    private final Choices choices;

    TiledConvolutions(DeviceMovement ops, Products products, WeightChunks chunks) {
        this.ops = ops;
        this.products = products;
        this.chunks = chunks;
        choices = new Choices(ops.queue, ops.device.choices());
    }

    /** What the time of a convolution depends on. */
    private String key(String what, ConvolutionNumbers n, Tensor x, boolean aligned) {
        return what + " " + x.dtype() + " " + ops.device.compute() + (aligned ? " aligned " : " ") + n.groups() + " "
                + Arrays.toString(n.struct());
    }

    @Override
    public void forward(ConvolutionNumbers n, Tensor x, Tensor weight, Epilogue epilogue, Tensor y) {
        boolean aligned = Tiling.aligned(x.offset(), weight.offset(), x.dim(3), n.channels());
        List<Tiling> tilings =
                products.tilings(x.dtype(), n.outputPixels(), n.outputs(), n.channels(), n.groups(), aligned);
        Map<String, Runnable> ways = new LinkedHashMap<>();
        for (Tiling tiling : tilings) {
            ways.put(tiling.toString(), () -> tiling.kernel(ops.queue, x.dtype(), "convolution")
                    .struct(n.struct())
                    .in(x)
                    .in(weight)
                    .epilogue(epilogue, x)
                    .out(y)
                    .computes(n.operations())
                    .over(tiling.grid(n.outputPixels(), n.outputs(), n.groups())));
        }
        if (libraryServes(n, x)) {
            GemmSpec product = GemmSpec.dense(n.outputPixels(), n.outputs(), n.taps() * n.channels(), false, true);
            ways.put(LIBRARY, () -> {
                try (Tensor patches = patches(n, x)) {
                    ops.queue.gemm(product, patches, weight, y);
                }
                finish(n, epilogue, y);
            });
        }
        choices.run(() -> key("forward", n, x, aligned), ways);
    }

    @Override
    public void inputGradient(ConvolutionNumbers n, Tensor g, Tensor weight, Tensor dx) {
        boolean aligned = Tiling.aligned(g.offset(), weight.offset(), g.dim(3), n.outputs(), n.channels());
        List<Tiling> tilings =
                products.tilings(g.dtype(), n.inputPixels(), n.channels(), g.size(), n.groups(), aligned);
        Map<String, Runnable> ways = new LinkedHashMap<>();
        for (Tiling tiling : tilings) {
            ways.put(tiling.toString(), () -> tiling.kernel(ops.queue, g.dtype(), "convolution_input")
                    .struct(n.struct())
                    .in(g)
                    .in(weight)
                    .out(dx)
                    .computes(n.operations())
                    .over(tiling.grid(n.inputPixels(), n.channels(), n.groups())));
        }
        if (libraryServes(n, g) && n.isPointwise()) {
            GemmSpec product = GemmSpec.dense(n.inputPixels(), n.channels(), n.outputs(), false, false);
            ways.put(LIBRARY, () -> ops.queue.gemm(product, g, weight, dx));
        }
        choices.run(() -> key("input", n, g, aligned), ways);
    }

    @Override
    public void weightGradient(ConvolutionNumbers n, Tensor x, Tensor g, Tensor dw) {
        int length = n.taps() * n.channels();
        boolean aligned = Tiling.aligned(x.offset(), g.offset(), x.dim(3), g.dim(3), n.outputs(), n.channels());
        List<Tiling> tilings = products.tilings(x.dtype(), n.outputs(), length, g.size(), n.groups(), aligned);
        Map<String, Runnable> ways = new LinkedHashMap<>();
        for (Tiling tiling : tilings) {
            ways.put(
                    tiling.toString(),
                    () -> chunks.run(
                            g, dw, (rows, count, partial) -> tiling.kernel(ops.queue, x.dtype(), "convolution_weight")
                                    .struct(n.struct())
                                    .number(rows * g.dim(2))
                                    .number(count)
                                    .in(x)
                                    .in(g)
                                    .out(partial)
                                    .computes(n.operations())
                                    .over(tiling.grid(n.outputs(), length, n.groups() * count))));
        }
        if (libraryServes(n, x)) {
            GemmSpec product = GemmSpec.dense(n.outputs(), length, n.outputPixels(), true, false);
            ways.put(LIBRARY, () -> {
                try (Tensor patches = patches(n, x)) {
                    ops.queue.gemm(product, g, patches, dw);
                }
            });
        }
        choices.run(() -> key("weight", n, x, aligned), ways);
    }

    private boolean libraryServes(ConvolutionNumbers n, Tensor x) {
        long unfolded = (long) n.outputPixels() * n.taps() * n.channels();
        return ops.device.library() != null
                && n.groups() == 1
                && unfolded > 0
                && (n.isPointwise()
                        || unfolded <= Integer.MAX_VALUE && unfolded * x.dtype().bytes() <= MOST_UNFOLDED_BYTES);
    }

    /** [pixels, taps*channels], for the caller to close; x itself where that is the same. */
    private Tensor patches(ConvolutionNumbers n, Tensor x) {
        if (n.isPointwise()) {
            return x.alias();
        }
        int length = n.taps() * n.channels();
        Tensor patches = ops.allocate(Shape.of(n.outputPixels(), length), x.dtype());
        ops.queue
                .kernel("unfold", x.dtype(), "unfold")
                .struct(n.struct())
                .in(x)
                .out(patches)
                .over(Grid.of(length, n.outputPixels(), 1));
        return patches;
    }

    private void finish(ConvolutionNumbers n, Epilogue epilogue, Tensor y) {
        if (!epilogue.equals(Epilogue.NONE)) {
            ops.queue
                    .kernel("unfold", y.dtype(), "finish")
                    .number(n.outputPixels())
                    .number(n.outputs())
                    .epilogue(epilogue, y)
                    .out(y)
                    .over(Grid.of(n.outputs(), n.outputPixels(), 1));
        }
    }
}
