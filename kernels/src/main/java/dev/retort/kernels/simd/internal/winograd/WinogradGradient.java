package dev.retort.kernels.simd.internal.winograd;

import dev.retort.kernels.simd.internal.product.BlockedProduct;
import dev.retort.kernels.simd.internal.product.TileKernels;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.run.Scratch;
import dev.retort.tensor.dense.ConvolutionGeometry;

/**
 * The weight gradient of a 3 x 3 convolution of stride 1 by Winograd's algorithm: the adjoint of {@link Winograd}'s forward pass, as
 * {@link WinogradTransforms} says. For each of the {@code points^2} points of a tile, the transformed output gradients of all tiles,
 * [outputs, tiles], are multiplied with the transformed inputs, [tiles, inputs]; the sums, a weight gradient per point, are turned into
 * that of the nine taps at the end. This is 4 (2.25) times fewer products than the direct sum.
 *
 * <p>The products of a point want its sums, its inputs and its gradients near the core, but the sums of all points are large, 9.4 MB at
 * 256 x 256 channels. So the tiles are taken in chunks. Of a chunk, the matrices of all points are made first; then the threads share
 * out the products by point and panel of inputs, so that the sums in use, and the side that all panels of a point read, stay in the
 * second-level cache. With T tiles in a chunk, what passes through memory for each tile is {@code 2 points^2 (inputs + outputs)} floats,
 * made and read back, and {@code 2 points^2 inputs outputs / T} floats of sums. At 256 channels and T = 256 the second is half of the
 * first, and more tiles would save little. Other orders were weighed: some points alone, with all tiles, need no store, but read inputs
 * and gradients again for each group of points, which is as much; some channels alone have the transforms done many times over.
 *
 * <p>Chunks and the runs in which they are summed depend on the shape alone, so the bits do not depend on the threads. If any result is
 * not finite, this says so, and the caller has to compute all of them directly: infinity less infinity may come out of a tile where the
 * direct sum has infinity.
 */
public final class WinogradGradient<A> {
    private static final int TAPS = 3;
    /** Products summed before they are added to the others, which keeps rounding errors small; a chunk is a multiple of it. */
    private static final int CHAIN = 128;
    /** Tiles whose points are made before they are multiplied. */
    private static final int CHUNK = TileKernels.MAX_DEPTH;

    private static final int LANES = WinogradTransforms.LANES;
    private static final int LANE_STEP = WinogradTransforms.LANE_STEP;
    /** Channels of the output gradient that are transformed at once. */
    private static final int CHANNELS = 32;
    /** Outputs whose taps are made at once. */
    private static final int OUTPUTS = 16;
    /** What keeps matrices of the points out of each other's cache sets. */
    private static final int APART = 80;

    /** Slices of the tiles at most, and elements of all their sums: they are written and read once more. */
    private static final int MOST_SLICES = 8;

    private static final int SLICED_SUMS = 3 << 20;

    /**
     * A chunk of tiles, transformed.
     *
     * @param gradients [points^2, outputs, A_STRIDE]
     * @param inputs [points^2, tiles of the chunk, inputStep]
     */
    private record Points<A>(A gradients, A inputs) {}

    private final Parallel parallel;
    private final TileKernels<A> tiles;
    private final WinogradTransforms<A> transforms;
    private final ConvolutionGeometry shape;
    private final WinogradInput<A> input;
    private final int size;
    private final int points;
    private final int allTiles;
    /** Distance of tiles in the transformed inputs. */
    private final int inputStep;
    /** Inputs in whole panels. */
    private final int paddedInputs;
    /** Distances of points in what a {@link Points} holds, and in the sums. */
    private final int gradientPoint;

    private final int inputPoint;
    private final int sumPoint;
    private final int slices;
    private final int sliceTiles;
    /**
     * Weight gradients of the points, [slices, points^2, panels, outputs, panel width]: products then write them one after the other.
     */
    private final A sums;

    private volatile boolean finite = true;

    private WinogradGradient(
            Parallel parallel, TileKernels<A> tiles, WinogradTransforms<A> transforms, ConvolutionGeometry shape) {
        this.parallel = parallel;
        this.tiles = tiles;
        this.transforms = transforms;
        this.shape = shape;
        size = transforms.size();
        points = transforms.points();
        int tilesX = BlockedProduct.ceil(shape.outWidth(), size);
        int tilesY = BlockedProduct.ceil(shape.outHeight(), size);
        input = new WinogradInput<>(
                tiles,
                transforms,
                shape.height(),
                shape.width(),
                shape.inputs(),
                shape.padTop(),
                shape.padLeft(),
                tilesX,
                tilesY);
        allTiles = shape.images() * tilesY * tilesX;
        paddedInputs = BlockedProduct.roundUp(shape.inputs(), tiles.columns());
        inputStep = paddedInputs + TileKernels.A_STRIDE - TileKernels.MAX_DEPTH;
        gradientPoint = shape.outputs() * TileKernels.A_STRIDE + APART;
        inputPoint = Math.min(CHUNK, allTiles) * inputStep + APART;
        sumPoint = shape.outputs() * paddedInputs + APART;
        int chunks = BlockedProduct.ceil(allTiles, CHUNK);
        int most = Math.max(1, Math.min(MOST_SLICES, SLICED_SUMS / size(sumPoint)));
        sliceTiles = BlockedProduct.ceil(chunks, most) * CHUNK;
        slices = BlockedProduct.ceil(allTiles, sliceTiles);
        sums = tiles.scratch(Scratch.Use.POINT_SUMS, Math.multiplyExact(slices, size(sumPoint)));
    }

    private int size(int point) {
        return Math.multiplyExact(points * points, point);
    }

    /** The weight gradient of a shape that {@link Winograd#fits}; false if a result is not finite. */
    public static <A> boolean run(
            Parallel parallel,
            TileKernels<A> tiles,
            WinogradTransforms<A> transforms,
            ConvolutionGeometry shape,
            A x,
            int xOff,
            A dy,
            int dyOff,
            A dw,
            int dwOff) {
        return shape.images() > 0
                && new WinogradGradient<>(parallel, tiles, transforms, shape).run(x, xOff, dy, dyOff, dw, dwOff);
    }

    private boolean run(A x, int xOff, A dy, int dyOff, A dw, int dwOff) {
        Parallel.Body each = (from, to) -> {
            for (int slice = from; slice < to; slice++) {
                runSlice(slice, x, xOff, dy, dyOff);
            }
        };
        if (slices % parallel.threads() == 0 || slices >= 2 * parallel.threads()) {
            parallel.forRange(slices, 1, each);
        } else {
            each.run(0, slices);
        }
        int width = tiles.columns();
        int blocks = BlockedProduct.ceil(shape.outputs(), OUTPUTS);
        int grain = (int) Math.max(1, Parallel.WORTH / size(OUTPUTS * width));
        parallel.forRange(blocks * paddedInputs / width, grain, (from, to) -> {
            for (int task = from; task < to; task++) {
                int output = task % blocks * OUTPUTS;
                int outputs = Math.min(OUTPUTS, shape.outputs() - output);
                toTaps(output, outputs, task / blocks * width, dw, dwOff);
            }
        });
        return finite;
    }

    /** What the tiles of a slice add up to. All of it is one thread's work, in its own caches, if there are slices enough for all. */
    private void runSlice(int slice, A x, int xOff, A dy, int dyOff) {
        Points<A> work = new Points<>(
                tiles.scratch(Scratch.Use.POINT_WEIGHTS, size(gradientPoint) + tiles.rows() * TileKernels.A_STRIDE),
                tiles.scratch(Scratch.Use.POINT_INPUTS, size(inputPoint)));
        int begin = slice * sliceTiles;
        int end = Math.min(allTiles, begin + sliceTiles);
        for (int first = begin; first < end; first += CHUNK) {
            int count = Math.min(CHUNK, end - first);
            transform(work, x, xOff, dy, dyOff, first, count);
            multiply(work, slice, count, first > begin);
        }
    }

    /** Makes the points of tiles [first, first + count). */
    private void transform(Points<A> work, A x, int xOff, A dy, int dyOff, int first, int count) {
        int lanes = BlockedProduct.ceil(count, LANES);
        int channelBlocks = BlockedProduct.ceil(shape.outputs(), CHANNELS);
        parallel.forRange(lanes * (channelBlocks + 1), 1, (from, to) -> {
            for (int task = from; task < to; task++) {
                int tile = task % lanes * LANES;
                int n = Math.min(LANES, count - tile);
                int block = task / lanes;
                if (block < channelBlocks) {
                    transformGradient(work, dy, dyOff, first + tile, n, block * CHANNELS, tile);
                } else {
                    int target = Scratch.START + tile * inputStep;
                    input.transform(
                            x, xOff, first + tile, n, work.inputs, target, inputStep, inputPoint, shape.inputs());
                }
            }
        });
    }

    /** Adds the products of a chunk of {@code count} tiles to the sums, or sets these to them. */
    private void multiply(Points<A> work, int slice, int count, boolean add) {
        int panels = paddedInputs / tiles.columns();
        int grain = (int) Math.max(1, Parallel.WORTH / ((long) shape.outputs() * tiles.columns() * count));
        parallel.forRange(points * points * panels, grain, (from, to) -> {
            for (int task = from; task < to; task++) {
                multiply(work, slice, task / panels, task % panels * tiles.columns(), count, add);
            }
        });
    }

    /**
     * Output gradients of at most {@link #LANES} tiles and {@link #CHANNELS} channels.
     *
     * @param lane the place of the first tile in its chunk
     */
    private void transformGradient(Points<A> made, A dy, int dyOff, int first, int count, int channel, int lane) {
        int channels = Math.min(CHANNELS, shape.outputs() - channel);
        int pixelStep = channels * LANE_STEP;
        int half = size * size * pixelStep;
        A work = tiles.scratch(Scratch.Use.TRANSFORM, half + points * size * LANE_STEP);
        int tilesX = input.tilesX();
        for (int tile = first; tile < first + count; ) {
            int run = Math.min(tilesX - tile % tilesX, first + count - tile);
            for (int pixel = 0; pixel < size * size; pixel++) {
                int target = pixel * pixelStep + tile - first;
                gather(dy, dyOff + channel, tile, run, pixel / size, pixel % size, channels, work, target);
            }
            tile += run;
        }
        for (int c = 0; c < channels; c++) {
            int row = c * LANE_STEP;
            for (int j = 0; j < size; j++) {
                transforms
                        .outputAdjoint()
                        .run(
                                work,
                                row + j * pixelStep,
                                size * pixelStep,
                                work,
                                half + j * LANE_STEP,
                                size * LANE_STEP,
                                count);
            }
            int target = Scratch.START + (channel + c) * TileKernels.A_STRIDE + lane;
            for (int i = 0; i < points; i++) {
                transforms
                        .outputAdjoint()
                        .run(
                                work,
                                half + i * size * LANE_STEP,
                                LANE_STEP,
                                made.gradients,
                                target + i * points * gradientPoint,
                                gradientPoint,
                                count);
            }
        }
    }

    /** One pixel of tiles that are neighbors in a row of tiles, 0 outside the map: a row of {@code to} per channel. */
    private void gather(A dy, int dyOff, int tile, int run, int i, int j, int channels, A to, int toOff) {
        int tilesX = input.tilesX();
        int y = tile / tilesX % input.tilesY() * size + i;
        int x = tile % tilesX * size + j;
        int inside = 0;
        if (y < shape.outHeight() && x < shape.outWidth()) {
            inside = Math.min(run, BlockedProduct.ceil(shape.outWidth() - x, size));
            int image = tile / tilesX / input.tilesY();
            int source = dyOff + ((image * shape.outHeight() + y) * shape.outWidth() + x) * shape.outputs();
            transforms.turn().run(dy, source, size * shape.outputs(), inside, channels, to, toOff);
        }
        if (inside < run) {
            for (int c = 0; c < channels; c++) {
                tiles.clear(to, toOff + c * LANE_STEP + inside, toOff + c * LANE_STEP + run);
            }
        }
    }

    /** The same for one point and one panel of inputs. */
    private void multiply(Points<A> work, int slice, int point, int column, int count, boolean add) {
        int target = Scratch.START + slice * size(sumPoint) + point * sumPoint + column * shape.outputs();
        int width = tiles.columns();
        int columns = Math.min(width, shape.inputs() - column);
        A panel = tiles.scratch(Scratch.Use.RIGHT, count * width);
        tiles.packPanelRows(
                work.inputs,
                Scratch.START + point * inputPoint + column,
                inputStep,
                count,
                columns,
                panel,
                Scratch.START,
                count,
                0);
        for (int depth = 0; depth < count; depth += CHAIN) {
            BlockedProduct.multiplyRows(
                    tiles,
                    work.gradients,
                    Scratch.START + point * gradientPoint + depth,
                    shape.outputs(),
                    Math.min(CHAIN, count - depth),
                    panel,
                    Scratch.START + depth * width,
                    width,
                    columns,
                    add || depth > 0,
                    null,
                    0,
                    sums,
                    target,
                    width);
        }
    }

    /** The taps of some outputs and one panel of inputs, from the sums of all points. */
    private void toTaps(int output, int outputs, int column, A dw, int dwOff) {
        int width = tiles.columns();
        int n = outputs * width;
        A work = tiles.scratch(Scratch.Use.TRANSFORM, TAPS * (points + TAPS) * n);
        int first = Scratch.START + column * shape.outputs() + output * width;
        for (int slice = 1; slice < slices; slice++) {
            for (int point = 0; point < points * points; point++) {
                int sum = first + point * sumPoint;
                tiles.add(sums, sum + slice * size(sumPoint), sums, sum, n);
            }
        }
        for (int j = 0; j < points; j++) {
            transforms.weightAdjoint().run(sums, first + j * sumPoint, points * sumPoint, work, j * n, points * n, n);
        }
        int taps = TAPS * points * n;
        for (int i = 0; i < TAPS; i++) {
            transforms.weightAdjoint().run(work, i * points * n, n, work, taps + i * TAPS * n, n, n);
        }
        int inside = Math.min(width, shape.inputs() - column);
        for (int i = 0; i < outputs; i++) {
            for (int tap = 0; tap < TAPS * TAPS; tap++) {
                int target = dwOff + (output + i) * shape.depth() + tap * shape.inputs() + column;
                tiles.copy(work, taps + tap * n + i * width, dw, target, inside);
                if (!transforms.finite().test(dw, target, inside)) {
                    finite = false;
                }
            }
        }
    }
}
