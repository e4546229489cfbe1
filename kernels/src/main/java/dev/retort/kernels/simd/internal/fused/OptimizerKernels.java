package dev.retort.kernels.simd.internal.fused;

import dev.retort.tensor.ComposedOperations.AdamWSettings;

/** Optimizer steps on runs of floats, in place: each reads and writes every array once. */
public final class OptimizerKernels {
    private OptimizerKernels() {}

    /** buffer = momentum buffer + g + decay value; value -= learningRate buffer. */
    public static void sgd(
            float[] value,
            int vOff,
            float[] g,
            int gOff,
            float[] buffer,
            int bOff,
            float learningRate,
            float momentum,
            float decay,
            int n) {
        for (int i = 0; i < n; i++) {
            float moved = buffer[bOff + i] * momentum + g[gOff + i] + decay * value[vOff + i];
            buffer[bOff + i] = moved;
            value[vOff + i] -= learningRate * moved;
        }
    }

    /** The factors of one AdamW step, rounded once. */
    public record AdamW(
            float keep, float beta1, float gain1, float beta2, float gain2, float rootScale, float eps, float size) {
        public static AdamW of(int step, AdamWSettings s) {
            return new AdamW(
                    (float) (1 - s.learningRate() * s.weightDecay()),
                    (float) s.beta1(),
                    (float) (1 - s.beta1()),
                    (float) s.beta2(),
                    (float) (1 - s.beta2()),
                    (float) (1 / Math.sqrt(1 - StrictMath.pow(s.beta2(), step))),
                    (float) s.eps(),
                    (float) (s.learningRate() / (1 - StrictMath.pow(s.beta1(), step))));
        }
    }

    /** average and square average follow g; value = keep value - size average/(rootScale sqrt(square average) + eps). */
    public static void adamW(
            AdamW f,
            float[] value,
            int vOff,
            float[] g,
            int gOff,
            float[] average,
            int aOff,
            float[] square,
            int sOff,
            int n) {
        float keep = f.keep;
        float beta1 = f.beta1;
        float gain1 = f.gain1;
        float beta2 = f.beta2;
        float gain2 = f.gain2;
        float rootScale = f.rootScale;
        float eps = f.eps;
        float size = f.size;
        for (int i = 0; i < n; i++) {
            float gradient = g[gOff + i];
            float mean = average[aOff + i] * beta1 + gradient * gain1;
            float spread = square[sOff + i] * beta2 + gradient * gradient * gain2;
            average[aOff + i] = mean;
            square[sOff + i] = spread;
            value[vOff + i] = value[vOff + i] * keep - size * (mean / ((float) Math.sqrt(spread) * rootScale + eps));
        }
    }
}
