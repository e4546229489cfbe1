package dev.retort.kernels.device;

import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Convolutions in tiles, whose operands are looked up as they lie; or by the vendor's library, from patches that are unfolded unless a
 * window is a pixel. The {@link AutotuneCache} tells which is the fastest for a shape.
 */
final class TiledConvolutions implements Convolutions.Kernels {
    /** Patches that take more than this are not unfolded. */
    private static final long MOST_UNFOLDED_BYTES = 1L << 30;

    private static final String LIBRARY = "library";

    private final DeviceMovement ops;
    private final Products products;
    private final WeightChunks chunks;
    private final AutotuneCache autotune;

    TiledConvolutions(DeviceMovement ops, Products products, WeightChunks chunks) {
        this.ops = ops;
        this.products = products;
        this.chunks = chunks;
        autotune = new AutotuneCache(ops.queue, ops.device.autotuneFile());
    }

    /** What the time of a convolution depends on. */
    private String key(String what, ConvolutionGeometry geometry, Tensor x, boolean aligned) {
        return what + " " + x.dtype() + " "
                + ops.device.matrixPrecision().map(Enum::name).orElse("common") + (aligned ? " aligned " : " ")
                + geometry.groups() + " " + Arrays.toString(Convolutions.struct(geometry));
    }

    @Override
    public void forward(ConvolutionGeometry geometry, Tensor x, Tensor weight, Epilogue epilogue, Tensor y) {
        boolean aligned = Tiling.aligned(x.offset(), weight.offset(), x.dim(3), geometry.groupInputs());
        List<Tiling> tilings = products.tilings(
                x.dtype(),
                geometry.outPixels(),
                geometry.groupOutputs(),
                geometry.groupInputs(),
                geometry.groups(),
                aligned);
        Map<String, Runnable> ways = new LinkedHashMap<>();
        for (Tiling tiling : tilings) {
            ways.put(tiling.toString(), () -> tiling.kernel(ops.queue, x.dtype(), "convolution")
                    .struct(Convolutions.struct(geometry))
                    .in(x)
                    .in(weight)
                    .epilogue(epilogue, x)
                    .out(y)
                    .computes(geometry.operations())
                    .over(tiling.grid(geometry.outPixels(), geometry.groupOutputs(), geometry.groups())));
        }
        if (libraryServes(geometry, x)) {
            GemmSpec product = GemmSpec.dense(
                    geometry.outPixels(),
                    geometry.groupOutputs(),
                    geometry.taps() * geometry.groupInputs(),
                    false,
                    true);
            ways.put(LIBRARY, () -> {
                try (Tensor patches = patches(geometry, x)) {
                    ops.queue.gemm(product, patches, weight, y);
                }
                finish(geometry, epilogue, y);
            });
        }
        autotune.run(() -> key("forward", geometry, x, aligned), ways);
    }

    @Override
    public void inputGradient(ConvolutionGeometry geometry, Tensor g, Tensor weight, Tensor dx) {
        boolean aligned =
                Tiling.aligned(g.offset(), weight.offset(), g.dim(3), geometry.groupOutputs(), geometry.groupInputs());
        List<Tiling> tilings = products.tilings(
                g.dtype(), geometry.inPixels(), geometry.groupInputs(), g.size(), geometry.groups(), aligned);
        Map<String, Runnable> ways = new LinkedHashMap<>();
        for (Tiling tiling : tilings) {
            ways.put(tiling.toString(), () -> tiling.kernel(ops.queue, g.dtype(), "convolution_input")
                    .struct(Convolutions.struct(geometry))
                    .in(g)
                    .in(weight)
                    .out(dx)
                    .computes(geometry.operations())
                    .over(tiling.grid(geometry.inPixels(), geometry.groupInputs(), geometry.groups())));
        }
        if (libraryServes(geometry, g) && geometry.isPointwise()) {
            GemmSpec product =
                    GemmSpec.dense(geometry.inPixels(), geometry.groupInputs(), geometry.groupOutputs(), false, false);
            ways.put(LIBRARY, () -> ops.queue.gemm(product, g, weight, dx));
        }
        autotune.run(() -> key("input", geometry, g, aligned), ways);
    }

    @Override
    public void weightGradient(ConvolutionGeometry geometry, Tensor x, Tensor g, Tensor dw) {
        int length = geometry.taps() * geometry.groupInputs();
        boolean aligned = Tiling.aligned(
                x.offset(), g.offset(), x.dim(3), g.dim(3), geometry.groupOutputs(), geometry.groupInputs());
        List<Tiling> tilings =
                products.tilings(x.dtype(), geometry.groupOutputs(), length, g.size(), geometry.groups(), aligned);
        Map<String, Runnable> ways = new LinkedHashMap<>();
        for (Tiling tiling : tilings) {
            ways.put(
                    tiling.toString(),
                    () -> chunks.run(
                            g, dw, (rows, count, partial) -> tiling.kernel(ops.queue, x.dtype(), "convolution_weight")
                                    .struct(Convolutions.struct(geometry))
                                    .number(rows * g.dim(2))
                                    .number(count)
                                    .in(x)
                                    .in(g)
                                    .out(partial)
                                    .computes(geometry.operations())
                                    .over(tiling.grid(geometry.groupOutputs(), length, geometry.groups() * count))));
        }
        if (libraryServes(geometry, x)) {
            GemmSpec product = GemmSpec.dense(geometry.groupOutputs(), length, geometry.outPixels(), true, false);
            ways.put(LIBRARY, () -> {
                try (Tensor patches = patches(geometry, x)) {
                    ops.queue.gemm(product, g, patches, dw);
                }
            });
        }
        autotune.run(() -> key("weight", geometry, x, aligned), ways);
    }

    private boolean libraryServes(ConvolutionGeometry geometry, Tensor x) {
        long unfolded = (long) geometry.outPixels() * geometry.taps() * geometry.groupInputs();
        return ops.device.productLibrary().isPresent()
                && geometry.groups() == 1
                && unfolded > 0
                && (geometry.isPointwise()
                        || unfolded <= Integer.MAX_VALUE && unfolded * x.dtype().bytes() <= MOST_UNFOLDED_BYTES);
    }

    /** [pixels, taps*channels], for the caller to close; x itself where that is the same. */
    private Tensor patches(ConvolutionGeometry geometry, Tensor x) {
        if (geometry.isPointwise()) {
            return x.alias();
        }
        int length = geometry.taps() * geometry.groupInputs();
        Tensor patches = ops.allocate(Shape.of(geometry.outPixels(), length), x.dtype());
        ops.queue
                .kernel("unfold", x.dtype(), "unfold")
                .struct(Convolutions.struct(geometry))
                .in(x)
                .out(patches)
                .over(Grid.of(length, geometry.outPixels(), 1));
        return patches;
    }

    private void finish(ConvolutionGeometry geometry, Epilogue epilogue, Tensor y) {
        if (!epilogue.equals(Epilogue.NONE)) {
            ops.queue
                    .kernel("unfold", y.dtype(), "finish")
                    .number(geometry.outPixels())
                    .number(geometry.groupOutputs())
                    .epilogue(epilogue, y)
                    .out(y)
                    .over(Grid.of(geometry.groupOutputs(), geometry.outPixels(), 1));
        }
    }
}
