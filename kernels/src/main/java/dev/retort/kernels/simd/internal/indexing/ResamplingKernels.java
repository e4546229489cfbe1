package dev.retort.kernels.simd.internal.indexing;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.PixelRuns;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Shape;
import java.util.Arrays;

/** Max pooling and nearest-neighbor resizing of [N, H, W, C], and their gradients; pixels' channels are the runs. */
public final class ResamplingKernels {
    private ResamplingKernels() {}

    public static <A> void maxPool2d(
            Parallel parallel,
            PixelRuns<A> runs,
            A x,
            int xOff,
            Shape input,
            Pool2dSpec spec,
            Shape output,
            A values,
            int valuesOff,
            int[] indices,
            int indicesOff) {
        int channels = input.dim(3);
        int outWidth = output.dim(2);
        int rows = output.dim(0) * output.dim(1);
        parallel.forRange(rows, Broadcast.grain((long) outWidth * channels * spec.kernelH()), (from, to) -> {
            for (int row = from; row < to; row++) {
                int image = row / output.dim(1);
                int top = row % output.dim(1) * spec.strideH() - spec.padH();
                for (int column = 0; column < outWidth; column++) {
                    int left = column * spec.strideW() - spec.padW();
                    int place = (row * outWidth + column) * channels;
                    window(
                            runs,
                            x,
                            xOff + image * input.dim(1) * input.dim(2) * channels,
                            input,
                            Math.max(top, 0),
                            Math.min(top + spec.kernelH(), input.dim(1)),
                            Math.max(left, 0),
                            Math.min(left + spec.kernelW(), input.dim(2)),
                            values,
                            valuesOff + place,
                            indices,
                            indicesOff + place);
                }
            }
        });
    }

    private static <A> void window(
            PixelRuns<A> runs,
            A x,
            int imageOff,
            Shape input,
            int top,
            int bottom,
            int left,
            int right,
            A values,
            int valuesOff,
            int[] indices,
            int indicesOff) {
        int width = input.dim(2);
        int channels = input.dim(3);
        int first = top * width + left;
        System.arraycopy(x, imageOff + first * channels, values, valuesOff, channels);
        Arrays.fill(indices, indicesOff, indicesOff + channels, first);
        for (int h = top; h < bottom; h++) {
            for (int w = left; w < right; w++) {
                int pixel = h * width + w;
                if (pixel != first) {
                    runs.takeLarger(
                            x, imageOff + pixel * channels, pixel, values, valuesOff, indices, indicesOff, channels);
                }
            }
        }
    }

    /** Images in parallel: windows of one image overlap. */
    public static <A> void maxPool2dGradient(
            Parallel parallel,
            PixelRuns<A> runs,
            A g,
            int gOff,
            Shape output,
            int[] indices,
            int iOff,
            Shape input,
            A y,
            int yOff) {
        int channels = input.dim(3);
        int outSize = output.dim(1) * output.dim(2) * channels;
        int inSize = input.dim(1) * input.dim(2) * channels;
        parallel.forRange(input.dim(0), 1, (from, to) -> {
            runs.clear(y, yOff + from * inSize, yOff + to * inSize);
            for (int image = from; image < to; image++) {
                int start = image * outSize;
                for (int i = 0; i < outSize; i += channels) {
                    runs.accumulateAt(
                            g, gOff + start + i, indices, iOff + start + i, y, yOff + image * inSize, channels);
                }
            }
        });
    }

    /** First output row or column that copies from {@code place} or beyond: the smallest o with floor(o*extent/out) >= place. */
    private static int firstCopy(int place, int extent, int out) {
        return (int) (((long) place * out + extent - 1) / extent);
    }

    public static <A> void resizeNearest(Parallel parallel, A x, int xOff, Shape input, A y, int yOff, Shape output) {
        int channels = input.dim(3);
        int outHeight = output.dim(1);
        int rowSize = output.dim(2) * channels;
        parallel.forRange(output.dim(0) * input.dim(1), Broadcast.grain(2L * rowSize), (from, to) -> {
            for (int row = from; row < to; row++) {
                int image = row / input.dim(1);
                int h = row % input.dim(1);
                int first = firstCopy(h, input.dim(1), outHeight);
                int last = firstCopy(h + 1, input.dim(1), outHeight);
                if (first == last) {
                    continue;
                }
                int out = yOff + (image * outHeight + first) * rowSize;
                spread(x, xOff + row * input.dim(2) * channels, input.dim(2), channels, y, out, output.dim(2));
                for (int copy = 1; copy < last - first; copy++) {
                    System.arraycopy(y, out, y, out + copy * rowSize, rowSize);
                }
            }
        });
    }

    /** One row of {@code width} pixels copied into one of {@code outWidth}. */
    private static <A> void spread(A x, int xOff, int width, int channels, A y, int yOff, int outWidth) {
        for (int w = 0; w < outWidth; w++) {
            int source = (int) ((long) w * width / outWidth);
            System.arraycopy(x, xOff + source * channels, y, yOff + w * channels, channels);
        }
    }

    public static <A> void resizeNearestGradient(
            Parallel parallel, PixelRuns<A> runs, A g, int gOff, Shape output, A y, int yOff, Shape input) {
        int channels = input.dim(3);
        int width = input.dim(2);
        int outHeight = output.dim(1);
        int outWidth = output.dim(2);
        parallel.forRange(input.dim(0) * input.dim(1), Broadcast.grain(2L * outWidth * channels), (from, to) -> {
            for (int row = from; row < to; row++) {
                int image = row / input.dim(1);
                int h = row % input.dim(1);
                int first = firstCopy(h, input.dim(1), outHeight);
                int last = firstCopy(h + 1, input.dim(1), outHeight);
                for (int w = 0; w < width; w++) {
                    int target = yOff + (row * width + w) * channels;
                    int left = firstCopy(w, width, outWidth);
                    int right = firstCopy(w + 1, width, outWidth);
                    int corner = gOff + ((image * outHeight + first) * outWidth + left) * channels;
                    if (last - first == 2 && right - left == 2 && g instanceof float[] floats) {
                        addFour(floats, corner, channels, outWidth * channels, (float[]) y, target);
                    } else {
                        addAll(runs, g, corner, last - first, right - left, channels, outWidth * channels, y, target);
                    }
                }
            }
        });
    }

    /** The gradient of one pixel that became two by two. */
    private static void addFour(float[] g, int off, int channels, int rowSize, float[] y, int yOff) {
        int right = off + channels;
        int below = off + rowSize;
        int diagonal = below + channels;
        for (int i = 0; i < channels; i++) {
            y[yOff + i] = (g[off + i] + g[right + i]) + (g[below + i] + g[diagonal + i]);
        }
    }

    private static <A> void addAll(
            PixelRuns<A> runs, A g, int off, int height, int width, int channels, int rowSize, A y, int yOff) {
        runs.clear(y, yOff, yOff + channels);
        for (int h = 0; h < height; h++) {
            for (int w = 0; w < width; w++) {
                runs.accumulate(g, off + h * rowSize + w * channels, y, yOff, channels);
            }
        }
    }
}
