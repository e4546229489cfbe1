package dev.retort.kernels.simd.internal.loops;

/** {@link Runs} in plain Java. */
public final class PlainRuns implements Runs {
    /** Floats are summed as floats in blocks of this many, blocks as doubles. */
    private static final int BLOCK = 2048;

    private static final Step[] EXP = {
        (x, xOff, y, yOff, powers, n) -> splitExponent(x, xOff, y, yOff, powers, 0, n),
        (x, xOff, y, yOff, powers, n) -> expOfRest(x, xOff, y, yOff, n),
        (x, xOff, y, yOff, powers, n) -> scaleByPowers(x, xOff, y, yOff, powers, 0, n)
    };

    private static final Step[] LOG_ONE_PLUS = {(x, xOff, y, yOff, powers, n) -> logOnePlus(x, xOff, y, yOff, n)};

    @Override
    public Step[] exp() {
        return EXP;
    }

    @Override
    public Step[] logOnePlus() {
        return LOG_ONE_PLUS;
    }

    static void splitExponent(float[] x, int xOff, float[] y, int yOff, float[] powers, int powersOff, int n) {
        for (int i = 0; i < n; i++) {
            float value = x[xOff + i];
            float power = FloatMath.exponent(value);
            powers[powersOff + i] = power;
            y[yOff + i] = FloatMath.rest(value, power);
        }
    }

    static void expOfRest(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = FloatMath.expMinusOne(x[xOff + i]) + 1f;
        }
    }

    static void scaleByPowers(float[] x, int xOff, float[] y, int yOff, float[] powers, int powersOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = FloatMath.scale(x[xOff + i], powers[powersOff + i]);
        }
    }

    static void logOnePlus(float[] x, int xOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = FloatMath.logOnePlus(x[xOff + i]);
        }
    }

    @Override
    public void sigmoid(float[] x, int xOff, float[] e, int eOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            float other = e[eOff + i];
            y[yOff + i] = (x[xOff + i] < 0f ? other : 1f) / (other + 1f);
        }
    }

    @Override
    public void clamp(float[] x, int xOff, float low, float high, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(Math.max(x[xOff + i], low), high);
        }
    }

    @Override
    public void reluGradient(float[] y, int yOff, float[] g, int gOff, float[] result, int off, int n) {
        for (int i = 0; i < n; i++) {
            result[off + i] = y[yOff + i] > 0f ? g[gOff + i] : 0f;
        }
    }

    @Override
    public void larger(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.max(a[aOff + i], b[bOff + i]);
        }
    }

    @Override
    public void smaller(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = Math.min(a[aOff + i], b[bOff + i]);
        }
    }

    @Override
    public void accumulate(float[] x, int xOff, float[] to, int toOff, int n) {
        for (int i = 0; i < n; i++) {
            to[toOff + i] += x[xOff + i];
        }
    }

    @Override
    public void accumulateProducts(float[] a, int aOff, float[] b, int bOff, float[] to, int toOff, int n) {
        for (int i = 0; i < n; i++) {
            to[toOff + i] += a[aOff + i] * b[bOff + i];
        }
    }

    @Override
    public void standardize(float[] x, int xOff, float center, float scale, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (x[xOff + i] - center) * scale;
        }
    }

    @Override
    public void scaleAndShift(
            float[] x, int xOff, float[] scale, int scaleOff, float[] shift, int shiftOff, float[] y, int yOff, int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = x[xOff + i] * scale[scaleOff + i] + shift[shiftOff + i];
        }
    }

    @Override
    public void project(
            float[] x,
            int xOff,
            float center,
            float[] direction,
            int directionOff,
            float length,
            float scale,
            float[] y,
            int yOff,
            int n) {
        for (int i = 0; i < n; i++) {
            y[yOff + i] = (x[xOff + i] - center - direction[directionOff + i] * length) * scale;
        }
    }

    @Override
    public double sum(float[] x, int xOff, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += blockSum(x, xOff + start, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private static float blockSum(float[] x, int xOff, int n) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        int i = 0;
        for (; i < n - 3; i += 4) {
            a += x[xOff + i];
            b += x[xOff + i + 1];
            c += x[xOff + i + 2];
            d += x[xOff + i + 3];
        }
        for (; i < n; i++) {
            a += x[xOff + i];
        }
        return (a + b) + (c + d);
    }

    @Override
    public double dot(float[] x, int xOff, float[] y, int yOff, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += blockDot(x, xOff + start, y, yOff + start, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private static float blockDot(float[] x, int xOff, float[] y, int yOff, int n) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        int i = 0;
        for (; i < n - 3; i += 4) {
            a += x[xOff + i] * y[yOff + i];
            b += x[xOff + i + 1] * y[yOff + i + 1];
            c += x[xOff + i + 2] * y[yOff + i + 2];
            d += x[xOff + i + 3] * y[yOff + i + 3];
        }
        for (; i < n; i++) {
            a += x[xOff + i] * y[yOff + i];
        }
        return (a + b) + (c + d);
    }

    @Override
    public double squaredDistance(float[] x, int xOff, float center, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += blockDistance(x, xOff + start, center, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private static float blockDistance(float[] x, int xOff, float center, int n) {
        float a = 0f;
        float b = 0f;
        int i = 0;
        for (; i < n - 1; i += 2) {
            float first = x[xOff + i] - center;
            float second = x[xOff + i + 1] - center;
            a += first * first;
            b += second * second;
        }
        if (i < n) {
            float last = x[xOff + i] - center;
            a += last * last;
        }
        return a + b;
    }

    @Override
    public float max(float[] x, int xOff, int n) {
        float best = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            best = Math.max(best, x[xOff + i]);
        }
        return best;
    }

    @Override
    public float min(float[] x, int xOff, int n) {
        float best = Float.POSITIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            best = Math.min(best, x[xOff + i]);
        }
        return best;
    }

    @Override
    public void takeLarger(
            float[] x, int xOff, int place, float[] best, int bestOff, int[] where, int whereOff, int n) {
        for (int i = 0; i < n; i++) {
            float value = x[xOff + i];
            float held = best[bestOff + i];
            if (!(value <= held) && held == held) {
                best[bestOff + i] = value;
                where[whereOff + i] = place;
            }
        }
    }
}
