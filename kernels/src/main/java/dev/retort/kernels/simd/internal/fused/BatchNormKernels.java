package dev.retort.kernels.simd.internal.fused;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.reduction.Columns;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.ReduceOp;

/**
 * Batch norm of [rows, channels] floats (arXiv 1502.03167): statistics per channel over all rows, the variance biased and taken
 * around the mean in a second pass.
 */
public final class BatchNormKernels {
    private final Parallel parallel;
    private final Runs runs;
    private final int rows;
    private final int channels;

    public BatchNormKernels(Parallel parallel, Runs runs, int rows, int channels) {
        this.parallel = parallel;
        this.runs = runs;
        this.rows = rows;
        this.channels = channels;
    }

    public void statistics(float[] x, int xOff, float[] mean, int meanOff, float[] variance, int varianceOff) {
        Columns.Adder elements = Columns.elements(runs, ReduceOp.SUM, x, xOff);
        Columns.reduce(parallel, ReduceOp.SUM, 1, rows, channels, elements, rows, mean, meanOff);
        Columns.Adder squares =
                (from, to, n) -> squaredDistance(x, xOff + from, mean, meanOff + from % channels, to, n);
        Columns.reduce(parallel, ReduceOp.SUM, 1, rows, channels, squares, rows, variance, varianceOff);
    }

    private static void squaredDistance(float[] x, int xOff, float[] mean, int meanOff, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            float distance = x[xOff + i] - mean[meanOff + i];
            to[i] += distance * distance;
        }
    }

    /** y = (x - mean) scale + shift, each of one value a channel. */
    public void normalize(
            float[] x, int xOff, float[] mean, int meanOff, float[] scale, float[] shift, float[] y, int yOff) {
        parallel.forRange(rows, Broadcast.grain(channels), (from, to) -> {
            for (int row = from; row < to; row++) {
                normalizeRow(x, xOff + row * channels, mean, meanOff, scale, shift, y, yOff + row * channels);
            }
        });
    }

    private static void normalizeRow(
            float[] x, int xOff, float[] mean, int meanOff, float[] scale, float[] shift, float[] y, int yOff) {
        for (int i = 0; i < scale.length; i++) {
            y[yOff + i] = (x[xOff + i] - mean[meanOff + i]) * scale[i] + shift[i];
        }
    }

    /** dgamma = sum over rows of g (x - mean) inverse, dbeta = sum of g. */
    public void scaleGradient(
            float[] x,
            int xOff,
            float[] mean,
            int meanOff,
            float[] inverse,
            float[] g,
            int gOff,
            float[] dGamma,
            int dGammaOff,
            float[] dBeta,
            int dBetaOff) {
        Columns.Adder products = (from, to, n) -> {
            int channel = from % channels;
            addProducts(g, gOff + from, x, xOff + from, mean, meanOff + channel, inverse, channel, to, n);
        };
        Columns.reduce(parallel, ReduceOp.SUM, 1, rows, channels, products, 1, dGamma, dGammaOff);
        Columns.Adder elements = Columns.elements(runs, ReduceOp.SUM, g, gOff);
        Columns.reduce(parallel, ReduceOp.SUM, 1, rows, channels, elements, 1, dBeta, dBetaOff);
    }

    private static void addProducts(
            float[] g,
            int gOff,
            float[] x,
            int xOff,
            float[] mean,
            int meanOff,
            float[] inverse,
            int inverseOff,
            float[] to,
            int n) {
        for (int i = 0; i < n; i++) {
            to[i] += g[gOff + i] * ((x[xOff + i] - mean[meanOff + i]) * inverse[inverseOff + i]);
        }
    }

    /** dx = (g - bias - (x - mean) slope) scale, where per channel bias = mean(g), slope = mean(g n) inverse. */
    public void inputGradient(
            float[] x,
            int xOff,
            float[] mean,
            int meanOff,
            float[] g,
            int gOff,
            float[] bias,
            float[] slope,
            float[] scale,
            float[] dx,
            int dxOff) {
        parallel.forRange(rows, Broadcast.grain(channels), (from, to) -> {
            for (int row = from; row < to; row++) {
                int start = row * channels;
                gradientRow(x, xOff + start, mean, meanOff, g, gOff + start, bias, slope, scale, dx, dxOff + start);
            }
        });
    }

    private static void gradientRow(
            float[] x,
            int xOff,
            float[] mean,
            int meanOff,
            float[] g,
            int gOff,
            float[] bias,
            float[] slope,
            float[] scale,
            float[] dx,
            int dxOff) {
        for (int i = 0; i < scale.length; i++) {
            dx[dxOff + i] = (g[gOff + i] - bias[i] - (x[xOff + i] - mean[meanOff + i]) * slope[i]) * scale[i];
        }
    }
}
