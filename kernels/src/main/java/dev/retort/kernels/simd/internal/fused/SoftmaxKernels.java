package dev.retort.kernels.simd.internal.fused;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.Activations;
import dev.retort.kernels.simd.internal.loops.ArithmeticLoops;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.run.Parallel;

/** Softmax and its kin on rows of floats, rows in parallel. */
public final class SoftmaxKernels {
    private final Parallel parallel;
    private final Runs runs;

    public SoftmaxKernels(Parallel parallel, Runs runs) {
        this.parallel = parallel;
        this.runs = runs;
    }

    /** y = e^(x - max) / sum e^(x - max), for each row of {@code length} elements. */
    public void softmax(float[] x, int xOff, int rows, int length, float[] y, int yOff) {
        parallel.forRange(rows, grain(length), (from, to) -> {
            Activations activations = new Activations(runs);
            for (int row = from; row < to; row++) {
                int in = xOff + row * length;
                int out = yOff + row * length;
                double sum = activations.expShifted(x, in, runs.max(x, in, length), y, out, length);
                ArithmeticLoops.multiplyValue(y, out, (float) (1 / sum), y, out, length);
            }
        });
    }

    /** dx = y (g - sum of g y over the row). */
    public void softmaxGradient(float[] y, int yOff, float[] g, int gOff, int rows, int length, float[] dx, int dxOff) {
        parallel.forRange(rows, grain(length), (from, to) -> {
            for (int row = from; row < to; row++) {
                int start = row * length;
                float dot = (float) runs.dot(y, yOff + start, g, gOff + start, length);
                gradientRow(y, yOff + start, g, gOff + start, dot, dx, dxOff + start, length);
            }
        });
    }

    private static void gradientRow(float[] y, int yOff, float[] g, int gOff, float dot, float[] dx, int dxOff, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxOff + i] = y[yOff + i] * (g[gOff + i] - dot);
        }
    }

    /** y = x - max - ln sum e^(x - max). */
    public void logSoftmax(float[] x, int xOff, int rows, int length, float[] y, int yOff) {
        parallel.forRange(rows, grain(length), (from, to) -> {
            Activations activations = new Activations(runs);
            for (int row = from; row < to; row++) {
                int in = xOff + row * length;
                int out = yOff + row * length;
                float max = runs.max(x, in, length);
                float log = (float) StrictMath.log(activations.expShifted(x, in, max, y, out, length));
                logRow(x, in, max, log, y, out, length);
            }
        });
    }

    private static void logRow(float[] x, int xOff, float max, float log, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = x[xOff + i] - max - log;
        }
    }

    private static int grain(int length) {
        return Broadcast.grain(4L * length);
    }
}
