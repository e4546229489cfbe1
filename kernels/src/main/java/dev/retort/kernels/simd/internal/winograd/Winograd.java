package dev.retort.kernels.simd.internal.winograd;

import dev.retort.kernels.simd.internal.product.BlockedProduct;
import dev.retort.kernels.simd.internal.product.Epilogue;
import dev.retort.kernels.simd.internal.product.TileKernels;
import dev.retort.kernels.simd.internal.run.KernelParameters;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.Scratch;
import dev.retort.tensor.dense.ConvolutionGeometry;

/**
 * Winograd's 3 x 3 convolution of stride 1, forward and for the input gradient, in the form of Lavin and Gray, "Fast algorithms for
 * convolutional neural networks" (CVPR 2016), algorithm 1; the gradient of its weight is {@link WinogradGradient}'s. The result is cut into tiles of size x size pixels. With
 * {@link WinogradTransforms} applied along both axes, a tile's input becomes {@code points^2} vectors over the input channels, and for
 * each of these points the tiles of a block form a matrix that is multiplied with the weight of that point.
 *
 * <p>A block of tiles is taken through all three stages before the next is begun, so what lies between them stays near the core:
 *
 * <ol>
 *   <li>inputs of all points [steps, points^2, tiles, A_STRIDE], as {@link TileKernels} reads its left side;
 *   <li>sums of all points [points^2, tiles, some outputs], one panel product after another;
 *   <li>results, through the {@link Epilogue}, straight to their place.
 * </ol>
 *
 * The transformed weight, [steps, points^2, panels, depths, panel width], is made on each call and shared by all blocks. What a tile's
 * result is does not depend on its block, nor on the thread.
 *
 * <p>A tile mixes its inputs: a NaN would reach results that do not depend on it, and infinity become NaN. So if any result is not
 * finite, this says so, and the caller has to compute all of them directly.
 */
public final class Winograd<A> {
    private static final int KERNEL = 3;
    private static final int TAPS = KERNEL * KERNEL;
    /** Depths of one panel transformed at once: the intermediate results then stay in the first-level cache. */
    private static final int WEIGHT_DEPTHS = 16;
    /** Outputs of one panel product after another, before their results are made. */
    static final int OUTPUTS = 256;

    private static final int LEAST_TILES = 20;
    /**
     * How many products F(4 x 4, 3 x 3) sums before it adds them to the others: its results magnify the rounding errors of these
     * sums, which grow with the square root of the length. Below {@link #MANY_CHANNELS} there is less to average over.
     */
    private static final int CHAIN = 128;

    private static final int CHAIN_OF_FEW = 32;
    private static final int MANY_CHANNELS = 128;

    /** A stride-1 convolution over [images, height, width, inputs]; a pad may be negative. */
    private record Plane(
            int images,
            int height,
            int width,
            int inputs,
            int outHeight,
            int outWidth,
            int outputs,
            int padTop,
            int padLeft) {}

    /** Packs depths [depth, depth + count) and columns [column, column + columns) of one tap into one panel. */
    @FunctionalInterface
    private interface TapPacker<A> {
        void pack(int tap, int depth, int count, int column, int columns, A to, int toOff);
    }

    private final Parallel parallel;
    private final TileKernels<A> tiles;
    private final WinogradTransforms<A> transforms;
    private final Plane plane;
    private final WinogradInput<A> input;
    private final int size;
    private final int points;
    private final int width;
    private final int steps;
    private final int stepDepth;
    private final int chain;
    private final int paddedOutputs;
    private final int tilesX;
    private final int tilesY;
    private volatile boolean finite = true;

    private Winograd(Parallel parallel, TileKernels<A> tiles, WinogradTransforms<A> transforms, Plane plane) {
        this.parallel = parallel;
        this.tiles = tiles;
        this.transforms = transforms;
        this.plane = plane;
        size = transforms.size();
        points = transforms.points();
        width = tiles.columns();
        steps = Math.max(1, BlockedProduct.ceil(plane.inputs, TileKernels.MAX_DEPTH));
        stepDepth = BlockedProduct.roundUp(BlockedProduct.ceil(plane.inputs, steps), 8);
        chain = size == 2 ? stepDepth : plane.inputs < MANY_CHANNELS ? CHAIN_OF_FEW : CHAIN;
        paddedOutputs = BlockedProduct.roundUp(plane.outputs, width);
        tilesX = BlockedProduct.ceil(plane.outWidth, size);
        tilesY = BlockedProduct.ceil(plane.outHeight, size);
        input = new WinogradInput<>(
                tiles,
                transforms,
                plane.height,
                plane.width,
                plane.inputs,
                plane.padTop,
                plane.padLeft,
                tilesX,
                tilesY);
    }

    /** Whether this is what the shape asks for: 3 x 3, stride 1, not dilated, one group, and not empty. */
    static boolean fits(ConvolutionGeometry shape) {
        return shape.kernelHeight() == KERNEL
                && shape.kernelWidth() == KERNEL
                && shape.strideY() == 1
                && shape.strideX() == 1
                && shape.dilationY() == 1
                && shape.dilationX() == 1
                && shape.groups() == 1
                && shape.inputs() > 0
                && shape.outputs() > 0;
    }

    /** The convolution of a shape that {@link #fits}; false if a result is not finite. */
    public static <A> boolean forward(
            Parallel parallel,
            TileKernels<A> tiles,
            WinogradTransforms<A> transforms,
            ConvolutionGeometry shape,
            A x,
            int xOff,
            A w,
            int wOff,
            A y,
            int yOff,
            Epilogue<A> epilogue) {
        Plane plane = new Plane(
                shape.images(),
                shape.height(),
                shape.width(),
                shape.inputs(),
                shape.outHeight(),
                shape.outWidth(),
                shape.outputs(),
                shape.padTop(),
                shape.padLeft());
        int step = shape.depth();
        TapPacker<A> packer = (tap, depth, count, column, columns, to, toOff) -> tiles.packPanelColumns(
                w, wOff + column * step + tap * shape.inputs() + depth, step, count, columns, to, toOff);
        return new Winograd<>(parallel, tiles, transforms, plane).run(packer, x, xOff, y, yOff, epilogue);
    }

    /**
     * The input gradient of a shape that {@link #fits}, as the convolution of dy with the weight turned about; false if
     * a result is not finite.
     */
    public static <A> boolean inputGradient(
            Parallel parallel,
            TileKernels<A> tiles,
            WinogradTransforms<A> transforms,
            ConvolutionGeometry shape,
            A dy,
            int dyOff,
            A w,
            int wOff,
            A dx,
            int dxOff) {
        Plane plane = new Plane(
                shape.images(),
                shape.outHeight(),
                shape.outWidth(),
                shape.outputs(),
                shape.height(),
                shape.width(),
                shape.inputs(),
                KERNEL - 1 - shape.padTop(),
                KERNEL - 1 - shape.padLeft());
        int step = shape.depth();
        TapPacker<A> packer = (tap, depth, count, column, columns, to, toOff) -> {
            int source = wOff + depth * step + (TAPS - 1 - tap) * shape.inputs() + column;
            tiles.packPanelRows(w, source, step, count, columns, to, toOff, count, 0);
        };
        return new Winograd<>(parallel, tiles, transforms, plane).run(packer, dy, dyOff, dx, dxOff, Epilogue.none());
    }

    private boolean run(TapPacker<A> packer, A x, int xOff, A y, int yOff, Epilogue<A> epilogue) {
        int all = plane.images * tilesY * tilesX;
        if (all == 0) {
            return true;
        }
        A weight = tiles.scratch(
                Scratch.Use.POINT_WEIGHTS, Math.multiplyExact(points * points * plane.inputs, paddedOutputs));
        parallel.forRange(paddedOutputs / width, 1, (from, to) -> transformWeight(packer, from, to, weight));
        int blockTiles = blockTiles(all);
        parallel.forRange(BlockedProduct.ceil(all, blockTiles), 1, (from, to) -> {
            for (int block = from; block < to && finite; block++) {
                int first = block * blockTiles;
                block(x, xOff, weight, first, Math.min(blockTiles, all - first), y, yOff, epilogue);
            }
        });
        return finite;
    }

    /**
     * Tiles of a block, such that no thread is left without work. A block reads the whole weight once, which wants many tiles, and its
     * inputs and sums leave the second-level cache if there are many: measured, the best number grows with the weight.
     */
    private int blockTiles(int all) {
        KernelParameters parameters = tiles.parameters();
        long wanted = (long) plane.inputs * paddedOutputs / parameters.pairsPerTile();
        int most = (int) Math.max(LEAST_TILES, Math.min(parameters.winogradTiles(), wanted));
        int blocks = BlockedProduct.roundUp(BlockedProduct.ceil(all, most), parallel.threads());
        return BlockedProduct.roundUp(BlockedProduct.ceil(all, blocks), tiles.rows());
    }

    // Weight

    private void transformWeight(TapPacker<A> packer, int firstPanel, int endPanel, A weight) {
        int most = WEIGHT_DEPTHS * width;
        A work = tiles.scratch(Scratch.Use.TRANSFORM, (TAPS + points * KERNEL) * most);
        int half = TAPS * most;
        for (int panel = firstPanel; panel < endPanel; panel++) {
            int column = panel * width;
            int columns = Math.min(width, plane.outputs - column);
            for (int depth = 0; depth < plane.inputs; ) {
                int step = depth / stepDepth;
                int count = Math.min(WEIGHT_DEPTHS, endOfStep(step) - depth);
                int n = count * width;
                for (int tap = 0; tap < TAPS; tap++) {
                    packer.pack(tap, depth, count, column, columns, work, tap * n);
                }
                for (int kernelX = 0; kernelX < KERNEL; kernelX++) {
                    transforms.weight().run(work, kernelX * n, KERNEL * n, work, half + kernelX * n, KERNEL * n, n);
                }
                int target = weightOffset(step, 0, panel) + (depth - step * stepDepth) * width;
                int pointStep = stepCount(step) * paddedOutputs;
                for (int i = 0; i < points; i++) {
                    int to = target + i * points * pointStep;
                    transforms.weight().run(work, half + i * KERNEL * n, n, weight, to, pointStep, n);
                }
                depth += count;
            }
        }
    }

    private int endOfStep(int step) {
        return Math.min(plane.inputs, (step + 1) * stepDepth);
    }

    private int stepCount(int step) {
        return endOfStep(step) - step * stepDepth;
    }

    private int weightOffset(int step, int point, int panel) {
        int count = stepCount(step);
        return Scratch.START
                + (points * points * step * stepDepth + point * count) * paddedOutputs
                + panel * count * width;
    }

    // Blocks

    private void block(A x, int xOff, A weight, int first, int count, A y, int yOff, Epilogue<A> epilogue) {
        int pointStep = count * TileKernels.A_STRIDE;
        A inputs = tiles.scratch(
                Scratch.Use.POINT_INPUTS, steps * points * points * pointStep + tiles.rows() * TileKernels.A_STRIDE);
        input.transform(x, xOff, first, count, inputs, Scratch.START, TileKernels.A_STRIDE, pointStep, stepDepth);
        int outputs = Math.min(OUTPUTS, paddedOutputs);
        A sums = tiles.scratch(Scratch.Use.POINT_SUMS, points * points * count * outputs);
        for (int channel = 0; channel < plane.outputs; channel += outputs) {
            int n = Math.min(outputs, plane.outputs - channel);
            multiply(inputs, weight, count, channel, n, sums, outputs);
            for (int tile = 0; tile < count; tile++) {
                transformOutput(
                        sums,
                        Scratch.START + tile * outputs,
                        count * outputs,
                        first + tile,
                        channel,
                        n,
                        y,
                        yOff,
                        epilogue);
            }
        }
    }

    /** Sums of all points of outputs [channel, channel + n): rows of tiles, {@code sumStep} apart. */
    private void multiply(A inputs, A weight, int count, int channel, int n, A sums, int sumStep) {
        int pointStep = count * TileKernels.A_STRIDE;
        for (int point = 0; point < points * points; point++) {
            for (int step = 0; step < steps; step++) {
                int left = Scratch.START + (step * points * points + point) * pointStep;
                int depths = stepCount(step);
                for (int j = 0; j < n; j += width) {
                    int right = weightOffset(step, point, (channel + j) / width);
                    int target = Scratch.START + point * count * sumStep + j;
                    for (int depth = 0; depth < depths; depth += chain) {
                        BlockedProduct.multiplyRows(
                                tiles,
                                inputs,
                                left + depth,
                                count,
                                Math.min(chain, depths - depth),
                                weight,
                                right + depth * width,
                                width,
                                Math.min(width, n - j),
                                step + depth > 0,
                                null,
                                0,
                                sums,
                                target,
                                sumStep);
                    }
                }
            }
        }
    }

    private void transformOutput(
            A sums, int off, int pointStep, int tile, int channel, int n, A y, int yOff, Epilogue<A> epilogue) {
        int firstY = tile / tilesX % tilesY * size;
        int firstX = tile % tilesX * size;
        int rows = Math.min(size, plane.outHeight - firstY);
        int columns = Math.min(size, plane.outWidth - firstX);
        int image = tile / tilesX / tilesY;
        int target = yOff + ((image * plane.outHeight + firstY) * plane.outWidth + firstX) * plane.outputs + channel;
        A work = tiles.scratch(Scratch.Use.TRANSFORM, (points + 1) * size * n);
        for (int j = 0; j < points; j++) {
            transforms
                    .output()
                    .run(
                            sums,
                            off + j * pointStep,
                            points * pointStep,
                            transforms.zeros(),
                            0,
                            work,
                            j * n,
                            points * n,
                            n);
        }
        A add = epilogue.bias() == null ? transforms.zeros() : epilogue.bias();
        int addOff = epilogue.bias() == null ? 0 : epilogue.biasOffset() + channel;
        for (int i = 0; i < rows; i++) {
            int row = target + i * plane.outWidth * plane.outputs;
            int from = i * points * n;
            if (columns == size) {
                transforms.output().run(work, from, n, add, addOff, y, row, plane.outputs, n);
            } else {
                int edge = points * size * n;
                transforms.output().run(work, from, n, add, addOff, work, edge, n, n);
                for (int j = 0; j < columns; j++) {
                    tiles.copy(work, edge + j * n, y, row + j * plane.outputs, n);
                }
            }
            for (int j = 0; j < columns; j++) {
                int pixel = row + j * plane.outputs;
                if (!transforms.finite().test(y, pixel, n)) {
                    finite = false;
                }
                epilogue.finishRow(tiles, pixel - yOff, y, pixel, n);
            }
        }
    }
}
