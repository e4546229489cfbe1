package dev.retort.kernels.simd.internal.loops;

/**
 * Functions made of several loops, block by block, so that what passes between the loops stays in the first cache. The result may
 * be the operand. Holds work arrays: one object for each task.
 */
public final class Activations {
    /** Size of a block. */
    public static final int BLOCK = 1024;

    private final Runs runs;
    private final float[] powers = new float[BLOCK];
    private final float[] work = new float[BLOCK];

    public Activations(Runs runs) {
        this.runs = runs;
    }

    /** y = e^x. */
    void exp(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int start = 0; start < n; start += BLOCK) {
            int length = Math.min(BLOCK, n - start);
            run(runs.exp(), x, xOff + start, y, yOff + start, length);
        }
    }

    /** Steps on at most {@link #BLOCK} elements. All steps are called from here: see {@link VectorRuns}. */
    private void run(Runs.Step[] steps, float[] x, int xOff, float[] y, int yOff, int n) {
        float[] from = x;
        int fromOff = xOff;
        for (Runs.Step step : steps) {
            step.run(from, fromOff, y, yOff, powers, n);
            from = y;
            fromOff = yOff;
        }
    }

    /** x = ln(1 + x) for x in [0, 1], at most {@link #BLOCK} elements. */
    public void logOnePlus(float[] x, int n) {
        run(runs.logOnePlus(), x, 0, x, 0, n);
    }

    /** y = e^(x - shift), and returns the sum of y. */
    public double expShifted(float[] x, int xOff, float shift, float[] y, int yOff, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            int length = Math.min(BLOCK, n - start);
            runs.standardize(x, xOff + start, shift, 1f, y, yOff + start, length);
            exp(y, yOff + start, y, yOff + start, length);
            total += runs.sum(y, yOff + start, length);
        }
        return total;
    }

    /** y = 1/(1 + e^-x). */
    void sigmoid(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int start = 0; start < n; start += BLOCK) {
            int length = Math.min(BLOCK, n - start);
            expOfNegativeMagnitude(x, xOff + start, work, length);
            runs.sigmoid(x, xOff + start, work, 0, y, yOff + start, length);
        }
    }

    /** y = ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|). */
    void softplus(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int start = 0; start < n; start += BLOCK) {
            int length = Math.min(BLOCK, n - start);
            expOfNegativeMagnitude(x, xOff + start, work, length);
            logOnePlus(work, length);
            runs.clamp(x, xOff + start, 0f, Float.POSITIVE_INFINITY, y, yOff + start, length);
            runs.accumulate(work, 0, y, yOff + start, length);
        }
    }

    /** e = e^-|x|. */
    public void expOfNegativeMagnitude(float[] x, int xOff, float[] e, int n) {
        negativeMagnitude(x, xOff, e, n);
        exp(e, 0, e, 0, n);
    }

    private static void negativeMagnitude(float[] x, int xOff, float[] y, int n) {
        for (int i = 0; i < n; i++) {
            y[i] = -Math.abs(x[xOff + i]);
        }
    }
}
