package dev.retort.kernels.simd.internal.loops;

import java.util.Arrays;

/**
 * Loops over runs of floats that the JIT does not turn into good vector code by itself: transcendental functions, sums, choices,
 * and what is called on runs as short as a pixel's channels. Two implementations give them: {@link VectorRuns} and
 * {@link PlainRuns}. The elementwise ones give the same bits in both; sums differ in their order. The result may be an operand.
 */
public interface Runs extends PixelRuns<float[]> {
    /** One loop of a function that takes several; {@link Activations} runs them. */
    interface Step {
        /**
         * y = f(x).
         *
         * @param powers one number for each element, from step to step of {@link #exp}
         */
        void run(float[] x, int xOff, float[] y, int yOff, float[] powers, int n);
    }

    /** e^x in three steps: powers = round(x/ln 2) and y = x - powers ln 2; y = e^x for such a rest; y = x 2^powers. */
    Step[] exp();

    /** y = ln(1 + x) for x in [0, 1], in one step. */
    Step[] logOnePlus();

    /** y = 1/(1 + e^-x), given e = e^-|x|. */
    void sigmoid(float[] x, int xOff, float[] e, int eOff, float[] y, int yOff, int n);

    /** y = min(max(x, low), high). */
    void clamp(float[] x, int xOff, float low, float high, float[] y, int yOff, int n);

    /** result = g where y > 0, else 0. */
    void reluGradient(float[] y, int yOff, float[] g, int gOff, float[] result, int off, int n);

    /** y = max(a, b), NaN if either is. */
    void larger(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n);

    /** y = min(a, b), NaN if either is. */
    void smaller(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n);

    @Override
    default void accumulateAt(float[] x, int xOff, int[] pixels, int pixelsOff, float[] to, int toOff, int n) {
        for (int i = 0; i < n; i++) {
            to[toOff + pixels[pixelsOff + i] * n + i] += x[xOff + i];
        }
    }

    @Override
    default void clear(float[] to, int from, int end) {
        Arrays.fill(to, from, end, 0f);
    }

    /** to += a*b. */
    void accumulateProducts(float[] a, int aOff, float[] b, int bOff, float[] to, int toOff, int n);

    /** y = (x - center)*scale. */
    void standardize(float[] x, int xOff, float center, float scale, float[] y, int yOff, int n);

    /** y = x*scale + shift, each a run. */
    void scaleAndShift(
            float[] x, int xOff, float[] scale, int scaleOff, float[] shift, int shiftOff, float[] y, int yOff, int n);

    /** y = (x - center - direction*length)*scale, direction a run. */
    void project(
            float[] x,
            int xOff,
            float center,
            float[] direction,
            int directionOff,
            float length,
            float scale,
            float[] y,
            int yOff,
            int n);

    /** The sum of x. */
    double sum(float[] x, int xOff, int n);

    /** The sum of x*y. */
    double dot(float[] x, int xOff, float[] y, int yOff, int n);

    /** The sum of (x - center)^2. */
    double squaredDistance(float[] x, int xOff, float center, int n);

    /** The largest element, NaN if there is one; minus infinity of nothing. */
    float max(float[] x, int xOff, int n);

    /** The smallest element, NaN if there is one; infinity of nothing. */
    float min(float[] x, int xOff, int n);
}
