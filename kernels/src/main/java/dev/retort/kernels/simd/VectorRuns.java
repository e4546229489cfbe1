package dev.retort.kernels.simd;

import static dev.retort.kernels.simd.FloatMath.EXPONENT_BIAS;
import static dev.retort.kernels.simd.FloatMath.EXP_HIGH;
import static dev.retort.kernels.simd.FloatMath.EXP_LOW;
import static dev.retort.kernels.simd.FloatMath.LN2_HIGH;
import static dev.retort.kernels.simd.FloatMath.LN2_LOW;
import static dev.retort.kernels.simd.FloatMath.LOG2_E;
import static dev.retort.kernels.simd.FloatMath.MANTISSA_BITS;
import static dev.retort.kernels.simd.FloatMath.ROUNDER;
import static dev.retort.kernels.simd.FloatMath.ROUNDER_BITS;
import static dev.retort.kernels.simd.FloatMath.SQRT_HALF_BITS;
import static dev.retort.kernels.simd.FloatMath.TANH_HIGH;
import static dev.retort.kernels.simd.FloatMath.TWO_23;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Runs} on the Vector API: the formulas of {@link FloatMath}, lane by lane, so that what is left over after the last
 * whole vector can be done by {@link PlainRuns}. Only operations that are exact or correctly rounded are used, and sums are
 * folded in a fixed order: interpreted and compiled code then agree.
 */
final class VectorRuns implements Runs {
    private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
    private static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
    private static final int LANES = FLOATS.length();
    /** Floats are summed as floats in blocks of this many, blocks as doubles. */
    private static final int BLOCK = 8192;

    private static final VectorShuffle<Float> BY_8 = rotation(8);
    private static final VectorShuffle<Float> BY_4 = rotation(4);
    private static final VectorShuffle<Float> BY_2 = rotation(2);
    private static final VectorShuffle<Float> BY_1 = rotation(1);

    private final Runs tail = new PlainRuns();

    private static VectorShuffle<Float> rotation(int distance) {
        return VectorShuffle.fromOp(FLOATS, lane -> (lane + distance) % LANES);
    }

    /** The loops and their width, for people. */
    static String describe() {
        return "Vector API, " + FLOATS.vectorBitSize() + " bits";
    }

    // Elementary functions

    private static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.min(EXP_HIGH).max(EXP_LOW);
        FloatVector rounded = bounded.mul(LOG2_E).add(ROUNDER);
        IntVector n = rounded.reinterpretAsInts().sub(ROUNDER_BITS);
        IntVector half = n.lanewise(ASHR, 1);
        return expMinusOne(remainder(bounded, rounded)).add(1f).mul(power(half)).mul(power(n.sub(half)));
    }

    private static FloatVector remainder(FloatVector x, FloatVector rounded) {
        FloatVector whole = rounded.sub(ROUNDER);
        return x.sub(whole.mul(LN2_HIGH)).sub(whole.mul(LN2_LOW));
    }

    private static FloatVector expMinusOne(FloatVector r) {
        FloatVector q = r.mul(FloatMath.R5040).add(FloatMath.R720);
        q = q.mul(r).add(FloatMath.R120);
        q = q.mul(r).add(FloatMath.R24);
        q = q.mul(r).add(FloatMath.R6);
        q = q.mul(r).add(FloatMath.R2);
        return q.mul(r.mul(r)).add(r);
    }

    private static FloatVector power(IntVector n) {
        return n.add(EXPONENT_BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats();
    }

    private static FloatVector log(FloatVector x) {
        VectorMask<Float> tiny = x.compare(LT, Float.MIN_NORMAL);
        IntVector bits = x.blend(x.mul(TWO_23), tiny).reinterpretAsInts();
        IntVector exponent = bits.sub(SQRT_HALF_BITS).lanewise(ASHR, MANTISSA_BITS);
        FloatVector m = bits.sub(exponent.lanewise(LSHL, MANTISSA_BITS)).reinterpretAsFloats();
        FloatVector e = (FloatVector) exponent.convertShape(I2F, FLOATS, 0);
        e = e.sub(FloatVector.zero(FLOATS).blend(MANTISSA_BITS, tiny));
        FloatVector s = m.sub(1f).div(m.add(1f));
        FloatVector z = s.mul(s);
        FloatVector series = z.mul(FloatMath.R9).add(FloatMath.R7);
        series = series.mul(z).add(FloatMath.R5);
        series = series.mul(z).add(FloatMath.R3).mul(z);
        FloatVector result = series.mul(s).add(s).mul(2f).add(e.mul(LN2_LOW)).add(e.mul(LN2_HIGH));
        return x.blend(result, x.compare(LT, Float.POSITIVE_INFINITY))
                .blend(Float.NaN, x.compare(LT, 0f))
                .blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0f));
    }

    private static FloatVector logOnePlus(FloatVector u) {
        FloatVector s = u.div(u.add(2f));
        FloatVector z = s.mul(s);
        FloatVector series = z.mul(FloatMath.R15).add(FloatMath.R13);
        series = series.mul(z).add(FloatMath.R11);
        series = series.mul(z).add(FloatMath.R9);
        series = series.mul(z).add(FloatMath.R7);
        series = series.mul(z).add(FloatMath.R5);
        series = series.mul(z).add(FloatMath.R3).mul(z);
        return series.mul(s).add(s).mul(2f);
    }

    @Override
    public void exp(float[] x, int xOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            exp(FloatVector.fromArray(FLOATS, x, xOff + i)).intoArray(y, yOff + i);
        }
        tail.exp(x, xOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public void log(float[] x, int xOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            log(FloatVector.fromArray(FLOATS, x, xOff + i)).intoArray(y, yOff + i);
        }
        tail.log(x, xOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public void sigmoid(float[] x, int xOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value = FloatVector.fromArray(FLOATS, x, xOff + i);
            FloatVector e = exp(value.abs().neg());
            FloatVector top = FloatVector.broadcast(FLOATS, 1f).blend(e, value.compare(LT, 0f));
            top.div(e.add(1f)).intoArray(y, yOff + i);
        }
        tail.sigmoid(x, xOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public void softplus(float[] x, int xOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value = FloatVector.fromArray(FLOATS, x, xOff + i);
            value.max(0f).add(logOnePlus(exp(value.abs().neg()))).intoArray(y, yOff + i);
        }
        tail.softplus(x, xOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public void tanh(float[] x, int xOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value = FloatVector.fromArray(FLOATS, x, xOff + i);
            FloatVector twice = value.abs().min(TANH_HIGH).mul(2f);
            FloatVector rounded = twice.mul(LOG2_E).add(ROUNDER);
            FloatVector scale = power(rounded.reinterpretAsInts().sub(ROUNDER_BITS));
            FloatVector t = expMinusOne(remainder(twice, rounded)).mul(scale).add(scale.sub(1f));
            IntVector sign = value.reinterpretAsInts().and(Integer.MIN_VALUE);
            t.div(t.add(2f)).reinterpretAsInts().or(sign).reinterpretAsFloats().intoArray(y, yOff + i);
        }
        tail.tanh(x, xOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public double expShifted(float[] x, int xOff, float shift, float[] y, int yOff, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += expBlock(x, xOff + start, shift, y, yOff + start, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private double expBlock(float[] x, int xOff, float shift, float[] y, int yOff, int n) {
        FloatVector sums = FloatVector.zero(FLOATS);
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value = exp(FloatVector.fromArray(FLOATS, x, xOff + i).sub(shift));
            value.intoArray(y, yOff + i);
            sums = sums.add(value);
        }
        return fold(sums) + tail.expShifted(x, xOff + bound, shift, y, yOff + bound, n - bound);
    }

    // Choices

    @Override
    public void clamp(float[] x, int xOff, float low, float high, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOATS, x, xOff + i).max(low).min(high).intoArray(y, yOff + i);
        }
        tail.clamp(x, xOff + bound, low, high, y, yOff + bound, n - bound);
    }

    @Override
    public void reluGradient(float[] y, int yOff, float[] g, int gOff, float[] result, int off, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            VectorMask<Float> on = FloatVector.fromArray(FLOATS, y, yOff + i).compare(GT, 0f);
            FloatVector.zero(FLOATS)
                    .blend(FloatVector.fromArray(FLOATS, g, gOff + i), on)
                    .intoArray(result, off + i);
        }
        tail.reluGradient(y, yOff + bound, g, gOff + bound, result, off + bound, n - bound);
    }

    @Override
    public void takeLarger(
            float[] x, int xOff, int place, float[] best, int bestOff, int[] where, int whereOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value = FloatVector.fromArray(FLOATS, x, xOff + i);
            FloatVector held = FloatVector.fromArray(FLOATS, best, bestOff + i);
            VectorMask<Float> wins = value.compare(LE, held).not().and(held.compare(EQ, held));
            held.blend(value, wins).intoArray(best, bestOff + i);
            IntVector.fromArray(INTS, where, whereOff + i)
                    .blend(place, wins.cast(INTS))
                    .intoArray(where, whereOff + i);
        }
        tail.takeLarger(x, xOff + bound, place, best, bestOff + bound, where, whereOff + bound, n - bound);
    }

    // Sums and extremes

    @Override
    public double sum(float[] x, int xOff, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += sumBlock(x, xOff + start, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private double sumBlock(float[] x, int xOff, int n) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        int bound = n - n % (2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            a = a.add(FloatVector.fromArray(FLOATS, x, xOff + i));
            b = b.add(FloatVector.fromArray(FLOATS, x, xOff + i + LANES));
        }
        return fold(a.add(b)) + tail.sum(x, xOff + bound, n - bound);
    }

    @Override
    public double dot(float[] x, int xOff, float[] y, int yOff, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += dotBlock(x, xOff + start, y, yOff + start, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private double dotBlock(float[] x, int xOff, float[] y, int yOff, int n) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        int bound = n - n % (2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            a = FloatVector.fromArray(FLOATS, x, xOff + i).fma(FloatVector.fromArray(FLOATS, y, yOff + i), a);
            b = FloatVector.fromArray(FLOATS, x, xOff + i + LANES)
                    .fma(FloatVector.fromArray(FLOATS, y, yOff + i + LANES), b);
        }
        return fold(a.add(b)) + tail.dot(x, xOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public double squaredDistance(float[] x, int xOff, float centre, int n) {
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += distanceBlock(x, xOff + start, centre, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private double distanceBlock(float[] x, int xOff, float centre, int n) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        int bound = n - n % (2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            FloatVector first = FloatVector.fromArray(FLOATS, x, xOff + i).sub(centre);
            FloatVector second =
                    FloatVector.fromArray(FLOATS, x, xOff + i + LANES).sub(centre);
            a = first.fma(first, a);
            b = second.fma(second, b);
        }
        return fold(a.add(b)) + tail.squaredDistance(x, xOff + bound, centre, n - bound);
    }

    /** The sum of the lanes, halves onto halves. */
    private static float fold(FloatVector v) {
        FloatVector sum = v;
        if (LANES > 8) {
            sum = sum.add(sum.rearrange(BY_8));
        }
        if (LANES > 4) {
            sum = sum.add(sum.rearrange(BY_4));
        }
        if (LANES > 2) {
            sum = sum.add(sum.rearrange(BY_2));
        }
        return sum.add(sum.rearrange(BY_1)).lane(0);
    }

    @Override
    public float max(float[] x, int xOff, int n) {
        FloatVector best = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            best = best.max(FloatVector.fromArray(FLOATS, x, xOff + i));
        }
        if (LANES > 8) {
            best = best.max(best.rearrange(BY_8));
        }
        if (LANES > 4) {
            best = best.max(best.rearrange(BY_4));
        }
        if (LANES > 2) {
            best = best.max(best.rearrange(BY_2));
        }
        float largest = best.max(best.rearrange(BY_1)).lane(0);
        return Math.max(largest, tail.max(x, xOff + bound, n - bound));
    }

    @Override
    public float min(float[] x, int xOff, int n) {
        FloatVector best = FloatVector.broadcast(FLOATS, Float.POSITIVE_INFINITY);
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            best = best.min(FloatVector.fromArray(FLOATS, x, xOff + i));
        }
        if (LANES > 8) {
            best = best.min(best.rearrange(BY_8));
        }
        if (LANES > 4) {
            best = best.min(best.rearrange(BY_4));
        }
        if (LANES > 2) {
            best = best.min(best.rearrange(BY_2));
        }
        float smallest = best.min(best.rearrange(BY_1)).lane(0);
        return Math.min(smallest, tail.min(x, xOff + bound, n - bound));
    }
}
