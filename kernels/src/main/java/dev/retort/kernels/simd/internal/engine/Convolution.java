package dev.retort.kernels.simd.internal.engine;

import dev.retort.kernels.simd.internal.product.BlockedProduct;
import dev.retort.kernels.simd.internal.product.BlockedProduct.BlockStore;
import dev.retort.kernels.simd.internal.product.BlockedProduct.LeftPacker;
import dev.retort.kernels.simd.internal.product.BlockedProduct.RightPacker;
import dev.retort.kernels.simd.internal.product.BlockedProduct.Target;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.product.TileKernels;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.Scratch;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
import dev.retort.kernels.simd.internal.winograd.Winograd;
import dev.retort.kernels.simd.internal.winograd.WinogradGradient;
import dev.retort.kernels.simd.internal.winograd.WinogradTransforms;
import dev.retort.tensor.dense.ConvolutionGeometry;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Two-dimensional convolution and its gradients as matrix products whose left or right side is packed straight from the
 * feature map ({@link PatchRows}). Layouts as in {@link ConvolutionGeometry}; every array is dense from its offset on.
 *
 * <ul>
 *   <li>forward: patches [pixels, depth] x weight^T [depth, outputs];
 *   <li>input gradient: the input pixels are taken in strideY x strideX phases; in each, only taps of matching remainder reach
 *       them, and they are a stride-1 convolution of the output gradient with those taps;
 *   <li>weight gradient: output gradient^T [outputs, pixels] x patches [pixels, depth].
 * </ul>
 *
 * <p>Where a {@link ConvolutionAlgorithm} says so, the first two are done by {@link Winograd} instead and the third by
 * {@link WinogradGradient}, unless a result is not finite.
 *
 * @param <A> float[] or double[]
 */
public final class Convolution<A> {
    private final Parallel parallel;
    private final TileKernels<A> tiles;
    private final Function<ConvolutionGeometry, WinogradTransforms<A>> transforms;
    private final Function<ConvolutionGeometry, WinogradTransforms<A>> gradientTransforms;

    private Convolution(
            Parallel parallel,
            TileKernels<A> tiles,
            Function<ConvolutionGeometry, WinogradTransforms<A>> transforms,
            Function<ConvolutionGeometry, WinogradTransforms<A>> gradientTransforms) {
        this.parallel = parallel;
        this.tiles = tiles;
        this.transforms = transforms;
        this.gradientTransforms = gradientTransforms;
    }

    /** Convolutions in single precision, by the engine's {@link ConvolutionAlgorithm}. */
    public static Convolution<float[]> floats(Engine engine) {
        return new Convolution<>(engine.parallel(), engine.floatTiles(), engine::winograd, engine::winogradGradient);
    }

    /** Convolutions in double precision, always direct. */
    public static Convolution<double[]> doubles(Engine engine) {
        return new Convolution<>(engine.parallel(), engine.doubleTiles(), shape -> null, shape -> null);
    }

    /** Whether a convolution is one product of matrices as they lie. */
    private static boolean isProduct(ConvolutionGeometry shape) {
        return shape.isPointwise() && shape.strideY() == 1 && shape.strideX() == 1 && shape.groups() == 1;
    }

    /** {@code y = epilogue(x * w)}; the epilogue's bias is per output channel, its addend laid out as y. */
    public void forward(ConvolutionGeometry shape, A x, int xOff, A w, int wOff, A y, int yOff, Epilogue<A> epilogue) {
        if (isProduct(shape)) {
            Gemm.Matrix<A> input = Gemm.Matrix.of(x, xOff, shape.inputs());
            Gemm.Matrix<A> weight = Gemm.Matrix.of(w, wOff, shape.inputs()).transpose();
            Gemm.Matrix<A> output = Gemm.Matrix.of(y, yOff, shape.outputs());
            new Gemm<>(parallel, tiles)
                    .multiply(
                            1, 1, shape.outPixels(), shape.outputs(), shape.inputs(), input, weight, output, epilogue);
            return;
        }
        WinogradTransforms<A> winograd = transforms.apply(shape);
        if (winograd != null
                && Winograd.forward(parallel, tiles, winograd, shape, x, xOff, w, wOff, y, yOff, epilogue)) {
            return;
        }
        int depth = shape.depth();
        for (int group = 0; group < shape.groups(); group++) {
            PatchRows<A> patches = patches(shape, group, x, xOff);
            int firstOutput = group * shape.groupOutputs();
            int groupWeight = wOff + firstOutput * depth;
            RightPacker<A> right = (from, count, column, columns, to, toOff, width) ->
                    tiles.packPanelColumns(w, groupWeight + column * depth + from, depth, count, columns, to, toOff);
            new BlockedProduct<>(
                            parallel,
                            tiles,
                            shape.outPixels(),
                            shape.groupOutputs(),
                            depth,
                            leftOf(patches),
                            right,
                            null,
                            Target.of(y, yOff + firstOutput, shape.outputs()),
                            epilogue.fromColumn(firstOutput))
                    .run();
        }
    }

    /** {@code dx}, the gradient with respect to the input, from {@code dy}, the one with respect to the output. */
    public void inputGradient(ConvolutionGeometry shape, A dy, int dyOff, A w, int wOff, A dx, int dxOff) {
        if (isProduct(shape)) {
            new Gemm<>(parallel, tiles)
                    .multiply(
                            shape.outPixels(),
                            shape.inputs(),
                            shape.outputs(),
                            Gemm.Matrix.of(dy, dyOff, shape.outputs()),
                            Gemm.Matrix.of(w, wOff, shape.inputs()),
                            Gemm.Matrix.of(dx, dxOff, shape.inputs()));
            return;
        }
        WinogradTransforms<A> winograd = transforms.apply(shape);
        if (winograd != null
                && Winograd.inputGradient(parallel, tiles, winograd, shape, dy, dyOff, w, wOff, dx, dxOff)) {
            return;
        }
        for (int phaseY = 0; phaseY < Math.min(shape.strideY(), shape.height()); phaseY++) {
            Taps tapsY =
                    Taps.reaching(phaseY + shape.padTop(), shape.strideY(), shape.dilationY(), shape.kernelHeight());
            for (int phaseX = 0; phaseX < Math.min(shape.strideX(), shape.width()); phaseX++) {
                Taps tapsX = Taps.reaching(
                        phaseX + shape.padLeft(), shape.strideX(), shape.dilationX(), shape.kernelWidth());
                for (int group = 0; group < shape.groups(); group++) {
                    inputPhase(shape, group, phaseY, tapsY, phaseX, tapsX, dy, dyOff, w, wOff, dx, dxOff);
                }
            }
        }
    }

    private void inputPhase(
            ConvolutionGeometry shape,
            int group,
            int phaseY,
            Taps tapsY,
            int phaseX,
            Taps tapsX,
            A dy,
            int dyOff,
            A w,
            int wOff,
            A dx,
            int dxOff) {
        int rows = BlockedProduct.ceil(shape.height() - phaseY, shape.strideY());
        int columns = BlockedProduct.ceil(shape.width() - phaseX, shape.strideX());
        int outputs = shape.groupOutputs();
        int inputs = shape.groupInputs();
        PatchRows<A> patches = new PatchRows<>(
                tiles,
                dy,
                dyOff + group * outputs,
                shape.outHeight(),
                shape.outWidth(),
                shape.outputs(),
                outputs,
                rows,
                columns,
                1,
                1,
                tapsY.offset(),
                tapsX.offset());
        RightPacker<A> right = (from, count, column, width, to, toOff, panel) -> {
            int tapsOfRow = tapsX.kernel().length;
            int done = 0;
            while (done < count) {
                int tap = (from + done) / outputs;
                int output = (from + done) % outputs;
                int run = Math.min(outputs - output, count - done);
                int kernelY = tapsY.kernel()[tap / tapsOfRow];
                int kernelX = tapsX.kernel()[tap % tapsOfRow];
                int source = wOff
                        + (group * outputs + output) * shape.depth()
                        + (kernelY * shape.kernelWidth() + kernelX) * inputs
                        + column;
                tiles.packPanelRows(w, source, shape.depth(), run, width, to, toOff, count, done);
                done += run;
            }
        };
        boolean dense = shape.strideY() == 1 && shape.strideX() == 1;
        int channel = group * inputs;
        BlockStore<A> store = (block, off, step, row, count, column, width) -> {
            for (int i = 0; i < count; i++) {
                int pixel = row + i;
                int x = phaseX + pixel % columns * shape.strideX();
                int y = phaseY + pixel / columns % rows * shape.strideY();
                int image = pixel / columns / rows;
                int target =
                        dxOff + ((image * shape.height() + y) * shape.width() + x) * shape.inputs() + channel + column;
                tiles.copy(block, off + i * step, dx, target, width);
            }
        };
        new BlockedProduct<>(
                        parallel,
                        tiles,
                        shape.images() * rows * columns,
                        inputs,
                        patches.columns(),
                        leftOf(patches),
                        right,
                        null,
                        dense ? Target.of(dx, dxOff + channel, shape.inputs()) : Target.through(store),
                        Epilogue.none())
                .run();
    }

    /** {@code dw}, the gradient with respect to the weight. */
    public void weightGradient(ConvolutionGeometry shape, A x, int xOff, A dy, int dyOff, A dw, int dwOff) {
        if (isProduct(shape)) {
            pointwiseWeightGradient(shape, x, xOff, dy, dyOff, dw, dwOff);
            return;
        }
        WinogradTransforms<A> winograd = gradientTransforms.apply(shape);
        if (winograd != null && WinogradGradient.run(parallel, tiles, winograd, shape, x, xOff, dy, dyOff, dw, dwOff)) {
            return;
        }
        int depth = shape.depth();
        int pixels = shape.outPixels();
        for (int group = 0; group < shape.groups(); group++) {
            PatchRows<A> patches = patches(shape, group, x, xOff);
            int firstOutput = group * shape.groupOutputs();
            LeftPacker<A> left = (row, rows, from, count, to, toOff) -> tiles.packRowsOfColumns(
                    dy, dyOff + from * shape.outputs() + firstOutput + row, shape.outputs(), rows, count, to, toOff);
            RightPacker<A> right = (from, count, column, columns, to, toOff, width) -> {
                A rows = tiles.scratch(Scratch.Use.ROWS, count * columns);
                patches.pack(from, count, column, columns, rows, 0, columns);
                tiles.packPanelRows(rows, 0, columns, count, columns, to, toOff, count, 0);
            };
            new BlockedProduct<>(
                            parallel,
                            tiles,
                            shape.groupOutputs(),
                            depth,
                            pixels,
                            left,
                            right,
                            null,
                            Target.of(dw, dwOff + firstOutput * depth, depth),
                            Epilogue.none())
                    .run();
        }
    }

    /** As [outputs, pixels] x [pixels, inputs]; {@link Gemm} rearranges the narrower side. */
    private void pointwiseWeightGradient(ConvolutionGeometry shape, A x, int xOff, A dy, int dyOff, A dw, int dwOff) {
        new Gemm<>(parallel, tiles)
                .multiply(
                        shape.outputs(),
                        shape.inputs(),
                        shape.outPixels(),
                        Gemm.Matrix.of(dy, dyOff, shape.outputs()).transpose(),
                        Gemm.Matrix.of(x, xOff, shape.inputs()),
                        Gemm.Matrix.of(dw, dwOff, shape.inputs()));
    }

    private LeftPacker<A> leftOf(PatchRows<A> patches) {
        return (row, rows, from, count, to, toOff) ->
                patches.pack(row, rows, from, count, to, toOff, TileKernels.A_STRIDE);
    }

    private PatchRows<A> patches(ConvolutionGeometry shape, int group, A x, int xOff) {
        return new PatchRows<>(
                tiles,
                x,
                xOff + group * shape.groupInputs(),
                shape.height(),
                shape.width(),
                shape.inputs(),
                shape.groupInputs(),
                shape.outHeight(),
                shape.outWidth(),
                shape.strideY(),
                shape.strideX(),
                offsets(shape.kernelHeight(), shape.dilationY(), shape.padTop()),
                offsets(shape.kernelWidth(), shape.dilationX(), shape.padLeft()));
    }

    private static int[] offsets(int kernel, int dilation, int pad) {
        int[] offsets = new int[kernel];
        for (int i = 0; i < kernel; i++) {
            offsets[i] = i * dilation - pad;
        }
        return offsets;
    }

    /**
     * Along one axis: the taps that reach the input positions of one phase, and for each the output position minus the index
     * within the phase. Ascending by output position.
     */
    private record Taps(int[] kernel, int[] offset) {
        /** @param position padded position of the phase's first input */
        static Taps reaching(int position, int stride, int dilation, int kernelLength) {
            int[] kernel = new int[kernelLength];
            int[] offset = new int[kernelLength];
            int count = 0;
            for (int tap = kernelLength - 1; tap >= 0; tap--) {
                int distance = position - tap * dilation;
                if (Math.floorMod(distance, stride) == 0) {
                    kernel[count] = tap;
                    offset[count] = Math.floorDiv(distance, stride);
                    count++;
                }
            }
            return new Taps(Arrays.copyOf(kernel, count), Arrays.copyOf(offset, count));
        }
    }
}
