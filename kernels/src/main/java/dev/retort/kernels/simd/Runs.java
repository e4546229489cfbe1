package dev.retort.kernels.simd;

/**
 * Loops over runs of floats that the JIT does not turn into vector code by itself: transcendental functions, sums, choices.
 * Two implementations give them: {@link VectorRuns} and {@link PlainRuns}. The elementwise ones give the same bits in both;
 * sums differ in their order. {@code x} and {@code y} may be the same run.
 */
interface Runs {
    /** y = e^x. */
    void exp(float[] x, int xOff, float[] y, int yOff, int n);

    /** y = ln x. */
    void log(float[] x, int xOff, float[] y, int yOff, int n);

    /** y = 1/(1 + e^-x). */
    void sigmoid(float[] x, int xOff, float[] y, int yOff, int n);

    /** y = ln(1 + e^x). */
    void softplus(float[] x, int xOff, float[] y, int yOff, int n);

    /** y = tanh x. */
    void tanh(float[] x, int xOff, float[] y, int yOff, int n);

    /** y = e^(x - shift), and returns the sum of y. */
    double expShifted(float[] x, int xOff, float shift, float[] y, int yOff, int n);

    /** y = min(max(x, low), high). */
    void clamp(float[] x, int xOff, float low, float high, float[] y, int yOff, int n);

    /** result = g where y > 0, else 0. */
    void reluGradient(float[] y, int yOff, float[] g, int gOff, float[] result, int off, int n);

    /** The sum of x. */
    double sum(float[] x, int xOff, int n);

    /** The sum of x*y. */
    double dot(float[] x, int xOff, float[] y, int yOff, int n);

    /** The sum of (x - centre)^2. */
    double squaredDistance(float[] x, int xOff, float centre, int n);

    /** The largest element, NaN if there is one; minus infinity of nothing. */
    float max(float[] x, int xOff, int n);

    /** The smallest element, NaN if there is one; infinity of nothing. */
    float min(float[] x, int xOff, int n);

    /** Where x beats best (it is larger, or the first NaN): best = x and where = place. */
    void takeLarger(float[] x, int xOff, int place, float[] best, int bestOff, int[] where, int whereOff, int n);
}
