package dev.retort.kernels.simd.internal.fused;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.ArithmeticLoops;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.reduction.Columns;
import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.ReduceOp;

/**
 * Layer norm over rows of floats (arXiv 1607.06450): y = n gamma + beta with n = (x - mean)/sqrt(variance + eps), the variance
 * biased and taken around the mean in a second pass. gamma and beta, one value a column, may be null.
 */
public final class LayerNormKernels {
    private final Parallel parallel;
    private final Runs runs;
    private final int rows;
    private final int length;
    private final double eps;

    public LayerNormKernels(Parallel parallel, Runs runs, int rows, int length, double eps) {
        this.parallel = parallel;
        this.runs = runs;
        this.rows = rows;
        this.length = length;
        this.eps = eps;
    }

    public void forward(
            float[] x, int xOff, float[] gamma, int gammaOff, float[] beta, int betaOff, float[] y, int yOff) {
        parallel.forRange(rows, grain(), (from, to) -> {
            for (int row = from; row < to; row++) {
                int out = yOff + row * length;
                normalize(x, xOff + row * length, y, out);
                if (gamma != null && beta != null) {
                    runs.scaleAndShift(y, out, gamma, gammaOff, beta, betaOff, y, out, length);
                } else if (gamma != null) {
                    ArithmeticLoops.multiply(y, out, gamma, gammaOff, y, out, length);
                } else if (beta != null) {
                    runs.accumulate(beta, betaOff, y, out, length);
                }
            }
        });
    }

    /** Puts n into y; returns 1/sqrt(variance + eps). */
    private float normalize(float[] x, int xOff, float[] y, int yOff) {
        float mean = (float) (runs.sum(x, xOff, length) / length);
        double variance = runs.squaredDistance(x, xOff, mean, length) / length;
        float inverse = (float) (1 / Math.sqrt(variance + eps));
        runs.standardize(x, xOff, mean, inverse, y, yOff, length);
        return inverse;
    }

    /**
     * dx = (s - mean(s) - n mean(s n))/sqrt(variance + eps) with s = g gamma; leaves n in {@code normal}, dense, for
     * {@link #scaleGradient}.
     */
    public void inputGradient(
            float[] x,
            int xOff,
            float[] gamma,
            int gammaOff,
            float[] g,
            int gOff,
            float[] normal,
            float[] dx,
            int dxOff) {
        parallel.forRange(rows, grain(), (from, to) -> {
            float[] scaled = new float[length];
            for (int row = from; row < to; row++) {
                int start = row * length;
                float inverse = normalize(x, xOff + start, normal, start);
                if (gamma == null) {
                    System.arraycopy(g, gOff + start, scaled, 0, length);
                } else {
                    ArithmeticLoops.multiply(g, gOff + start, gamma, gammaOff, scaled, 0, length);
                }
                float mean = (float) (runs.sum(scaled, 0, length) / length);
                float along = (float) (runs.dot(scaled, 0, normal, start, length) / length);
                runs.project(scaled, 0, mean, normal, start, along, inverse, dx, dxOff + start, length);
            }
        });
    }

    /** dgamma = sum over rows of g n, dbeta = sum over rows of g. */
    public void scaleGradient(
            float[] normal, float[] g, int gOff, float[] dGamma, int dGammaOff, float[] dBeta, int dBetaOff) {
        Columns.Adder products = (from, to, n) -> runs.accumulateProducts(g, gOff + from, normal, from, to, 0, n);
        Columns.reduce(parallel, ReduceOp.SUM, 1, rows, length, products, 1, dGamma, dGammaOff);
        Columns.reduce(
                parallel,
                ReduceOp.SUM,
                1,
                rows,
                length,
                Columns.elements(runs, ReduceOp.SUM, g, gOff),
                1,
                dBeta,
                dBetaOff);
    }

    private int grain() {
        return Broadcast.grain(2L * length);
    }
}
