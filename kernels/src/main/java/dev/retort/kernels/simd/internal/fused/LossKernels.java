package dev.retort.kernels.simd.internal.fused;

import dev.retort.kernels.simd.internal.elementwise.Broadcast;
import dev.retort.kernels.simd.internal.loops.Activations;
import dev.retort.kernels.simd.internal.loops.ArithmeticLoops;
import dev.retort.kernels.simd.internal.loops.Runs;
import dev.retort.kernels.simd.internal.product.BlockedProduct;
import dev.retort.kernels.simd.internal.run.Parallel;

/**
 * Elementwise losses on floats. Blocks that fit into the first cache go through several short loops, which is one pass over
 * memory.
 */
public final class LossKernels {
    private static final int BLOCK = Activations.BLOCK;
    private static final int BLOCKS_PER_TASK = Broadcast.GRAIN / BLOCK;

    private final Parallel parallel;
    private final Runs runs;

    public LossKernels(Parallel parallel, Runs runs) {
        this.parallel = parallel;
        this.runs = runs;
    }

    /** Work on one block. */
    private interface Block {
        void run(Scratchpad pad, int start, int n);
    }

    /** Intermediate values of a block. */
    private static final class Scratchpad {
        private final Activations activations;
        private final float[] exponential = new float[BLOCK];
        private final float[] probability = new float[BLOCK];
        private final float[] entropy = new float[BLOCK];
        private final float[] power = new float[BLOCK];
        private final float[] miss = new float[BLOCK];

        Scratchpad(Runs runs) {
            activations = new Activations(runs);
        }
    }

    private void forBlocks(int size, Block block) {
        int blocks = BlockedProduct.ceil(size, BLOCK);
        parallel.forRange(blocks, BLOCKS_PER_TASK, (from, to) -> {
            Scratchpad pad = new Scratchpad(runs);
            for (int i = from; i < to; i++) {
                block.run(pad, i * BLOCK, Math.min(BLOCK, size - i * BLOCK));
            }
        });
    }

    /** y = softplus(x) - x t. */
    public void bceWithLogits(float[] x, int xOff, float[] t, int tOff, float[] y, int yOff, int size) {
        forBlocks(size, (pad, start, n) -> {
            pad.activations.expOfNegativeMagnitude(x, xOff + start, pad.exponential, n);
            entropy(pad, x, xOff + start, t, tOff + start, y, yOff + start, n);
        });
    }

    /** Binary cross entropy, from e^-|x|, which is lost: ln(1 + e^-|x|) + max(x, 0) - x t. */
    private void entropy(Scratchpad pad, float[] x, int xOff, float[] t, int tOff, float[] y, int yOff, int n) {
        pad.activations.logOnePlus(pad.exponential, n);
        runs.clamp(x, xOff, 0f, Float.POSITIVE_INFINITY, pad.power, 0, n);
        joinEntropy(pad.exponential, pad.power, x, xOff, t, tOff, y, yOff, n);
    }

    private static void joinEntropy(
            float[] log, float[] positive, float[] x, int xOff, float[] t, int tOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = log[i] + positive[i] - x[xOff + i] * t[tOff + i];
        }
    }

    /** y = d^2/(2 beta) where d = |x - t| is below beta, else d - beta/2; that is c^2/(2 beta) + (d - c), c = min(d, beta). */
    public void smoothL1(float[] x, int xOff, float[] t, int tOff, float beta, float[] y, int yOff, int size) {
        forBlocks(size, (pad, start, n) -> {
            distance(x, xOff + start, t, tOff + start, y, yOff + start, n);
            if (beta != 0f) {
                runs.clamp(y, yOff + start, 0f, beta, pad.power, 0, n);
                smooth(pad.power, 0.5f / beta, y, yOff + start, n);
            }
        });
    }

    private static void distance(float[] x, int xOff, float[] t, int tOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.abs(x[xOff + i] - t[tOff + i]);
        }
    }

    private static void smooth(float[] near, float factor, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = near[i] * near[i] * factor + (y[yOff + i] - near[i]);
        }
    }

    /** y = weight m^gamma BCE with m = p + t - 2pt, weight = alpha t + (1 - alpha)(1 - t), or 1 if alpha is negative. */
    public void focal(
            float[] x, int xOff, float[] t, int tOff, double alpha, double gamma, float[] y, int yOff, int size) {
        float slope = alpha < 0 ? 0f : (float) (2 * alpha - 1);
        float base = alpha < 0 ? 1f : (float) (1 - alpha);
        forBlocks(size, (pad, start, n) -> {
            pad.activations.expOfNegativeMagnitude(x, xOff + start, pad.exponential, n);
            runs.sigmoid(x, xOff + start, pad.exponential, 0, pad.probability, 0, n);
            entropy(pad, x, xOff + start, t, tOff + start, pad.entropy, 0, n);
            miss(pad.probability, t, tOff + start, pad.miss, n);
            power(pad.miss, gamma, pad.power, n);
            focalBlock(t, tOff + start, pad.power, pad.entropy, slope, base, y, yOff + start, n);
        });
    }

    /** 1 - p_t, for p_t the probability of the truth. */
    private static void miss(float[] p, float[] t, int tOff, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = p[i] * (1f - 2f * t[tOff + i]) + t[tOff + i];
        }
    }

    private static void power(float[] x, double exponent, float[] y, int n) {
        if (exponent == 2) {
            ArithmeticLoops.multiply(x, 0, x, 0, y, 0, n);
        } else if (exponent == 1) {
            System.arraycopy(x, 0, y, 0, n);
        } else {
            for (int i = 0; i < n; i++) {
                y[i] = (float) StrictMath.pow(x[i], exponent);
            }
        }
    }

    private static void focalBlock(
            float[] t, int tOff, float[] power, float[] entropy, float slope, float base, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = power[i] * entropy[i] * (t[tOff + i] * slope + base);
        }
    }

    /** dx = g weight m^gamma (p - t + gamma (1 - 2t) (p (1 - p)/m) BCE); 0 at m = 0, where the power is. */
    public void focalGradient(
            float[] x,
            int xOff,
            float[] t,
            int tOff,
            double alpha,
            double gamma,
            float[] g,
            int gOff,
            float[] dx,
            int dxOff,
            int size) {
        float slope = alpha < 0 ? 0f : (float) (2 * alpha - 1);
        float base = alpha < 0 ? 1f : (float) (1 - alpha);
        forBlocks(size, (pad, start, n) -> {
            pad.activations.expOfNegativeMagnitude(x, xOff + start, pad.exponential, n);
            runs.sigmoid(x, xOff + start, pad.exponential, 0, pad.probability, 0, n);
            if (gamma == 0) {
                entropyGradient(pad.probability, t, tOff + start, dx, dxOff + start, n);
            } else {
                entropy(pad, x, xOff + start, t, tOff + start, pad.entropy, 0, n);
                miss(pad.probability, t, tOff + start, pad.miss, n);
                power(pad.miss, gamma, pad.power, n);
                focalGradientBlock(pad, t, tOff + start, (float) gamma, dx, dxOff + start, n);
            }
            weigh(t, tOff + start, slope, base, g, gOff + start, dx, dxOff + start, n);
        });
    }

    private static void entropyGradient(float[] p, float[] t, int tOff, float[] dx, int dxOff, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxOff + i] = p[i] - t[tOff + i];
        }
    }

    private static void focalGradientBlock(
            Scratchpad pad, float[] t, int tOff, float gamma, float[] dx, int dxOff, int n) {
        float[] probability = pad.probability;
        float[] power = pad.power;
        float[] miss = pad.miss;
        float[] entropy = pad.entropy;
        for (int i = 0; i < n; i++) {
            float p = probability[i];
            float truth = t[tOff + i];
            float divisor = miss[i] == 0f ? 1f : miss[i];
            float spread = p * (1f - p) / divisor * (1f - 2f * truth);
            dx[dxOff + i] = power[i] * (p - truth + gamma * (spread * entropy[i]));
        }
    }

    private static void weigh(
            float[] t, int tOff, float slope, float base, float[] g, int gOff, float[] dx, int dxOff, int n) {
        for (int i = 0; i < n; i++) {
            dx[dxOff + i] = dx[dxOff + i] * (t[tOff + i] * slope + base) * g[gOff + i];
        }
    }
}
