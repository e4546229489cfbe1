package dev.retort.kernels.simd.internal.winograd;

import dev.retort.kernels.simd.internal.product.TileKernels;
import dev.retort.kernels.simd.internal.run.Scratch;

/**
 * The map that a Winograd convolution reads, [images, height, width, channels], cut into the inputs of its tiles, and their transform.
 * Tile t is that of the results from row {@code size * (t / tilesX % tilesY)} and column {@code size * (t % tilesX)} on.
 *
 * @param <A> float[]
 * @param padTop zero rows above; may be negative, as may {@code padLeft}
 * @param tilesX tiles beside each other
 * @param tilesY tiles below each other, in one image
 */
record WinogradInput<A>(
        TileKernels<A> tiles,
        WinogradTransforms<A> transforms,
        int height,
        int width,
        int channels,
        int padTop,
        int padLeft,
        int tilesX,
        int tilesY) {
    /** Floats transformed along one axis and not yet along the other. */
    private static final int BAND = 1 << 15;

    /**
     * Transforms tiles [first, first + count). Channel c of point p of the i-th of them goes to
     * {@code toOff + (c / stepDepth * points^2 + p) * pointStep + i * tileStep + c % stepDepth}.
     */
    void transform(A x, int xOff, int first, int count, A to, int toOff, int tileStep, int pointStep, int stepDepth) {
        int most = Math.max(1, BAND / (transforms.points() * transforms.size() * channels));
        for (int tile = first; tile < first + count; ) {
            int run = Math.min(most, Math.min(tilesX - tile % tilesX, first + count - tile));
            neighbors(x, xOff, tile, run, to, toOff + (tile - first) * tileStep, tileStep, pointStep, stepDepth);
            tile += run;
        }
    }

    /** Tiles that are neighbors in a row of tiles. */
    private void neighbors(
            A x, int xOff, int tile, int count, A to, int toOff, int tileStep, int pointStep, int stepDepth) {
        int size = transforms.size();
        int points = transforms.points();
        int firstY = tile / tilesX % tilesY * size - padTop;
        int firstX = tile % tilesX * size - padLeft;
        int columns = size * count + points - size;
        int bandStep = columns * channels;
        A band = tiles.scratch(Scratch.Use.TRANSFORM, 2 * points * bandStep);
        int begin = Math.max(0, Math.min(columns, -firstX));
        int end = Math.max(begin, Math.min(columns, width - firstX));
        for (int i = 0; i < points; i++) {
            tiles.clear(band, i * bandStep, i * bandStep + begin * channels);
            tiles.clear(band, i * bandStep + end * channels, (i + 1) * bandStep);
        }
        A from = x;
        int rowStep = width * channels;
        int image = tile / tilesX / tilesY;
        int source = xOff + (image * height + firstY) * rowStep + (firstX + begin) * channels;
        int n = (end - begin) * channels;
        if (firstY < 0 || firstY + points > height) {
            int copy = points * bandStep;
            for (int i = 0; i < points; i++) {
                boolean inside = firstY + i >= 0 && firstY + i < height;
                if (inside) {
                    tiles.copy(x, source + i * rowStep, band, copy + i * bandStep, n);
                } else {
                    tiles.clear(band, copy + i * bandStep, copy + i * bandStep + n);
                }
            }
            from = band;
            source = copy;
            rowStep = bandStep;
        }
        transforms.input().run(from, source, rowStep, band, begin * channels, bandStep, n);
        for (int t = 0; t < count; t++) {
            int target = toOff + t * tileStep;
            for (int depth = 0; depth < channels; depth += stepDepth) {
                int n2 = Math.min(stepDepth, channels - depth);
                for (int i = 0; i < points; i++) {
                    int row = i * bandStep + t * size * channels + depth;
                    transforms.input().run(band, row, channels, to, target + i * points * pointStep, pointStep, n2);
                }
                target += points * points * pointStep;
            }
        }
    }
}
