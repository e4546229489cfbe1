package dev.retort.kernels.simd.internal.loops;

import static dev.retort.kernels.simd.internal.loops.FloatMath.BIASED_ROUNDER;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXPONENT_UNIT;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXP_0;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXP_1;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXP_2;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXP_3;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXP_4;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXP_HIGH;
import static dev.retort.kernels.simd.internal.loops.FloatMath.EXP_LOW;
import static dev.retort.kernels.simd.internal.loops.FloatMath.LN2_HIGH;
import static dev.retort.kernels.simd.internal.loops.FloatMath.LN2_LOW;
import static dev.retort.kernels.simd.internal.loops.FloatMath.LOG2_E;
import static dev.retort.kernels.simd.internal.loops.FloatMath.ROUNDER;
import static dev.retort.kernels.simd.internal.loops.FloatMath.WIDE_0;
import static dev.retort.kernels.simd.internal.loops.FloatMath.WIDE_1;
import static dev.retort.kernels.simd.internal.loops.FloatMath.WIDE_2;
import static dev.retort.kernels.simd.internal.loops.FloatMath.WIDE_3;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.retort.kernels.simd.internal.run.VectorWidth;
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
public final class VectorRuns implements Runs {
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
    public static String describe() {
        return "Vector API, " + FLOATS.vectorBitSize() + " bits";
    }

    // Elementary functions. JDK 17 inlines some twenty vector operations into one compiled method, and what it inlines
    // later it
    // may leave as objects on the heap. So the formulas are cut into steps, and these are called by Activations where
    // the
    // compiler sees several and takes none into its caller.

    private static final Step[] EXP = {VectorRuns::splitExponent, VectorRuns::expOfRest, VectorRuns::scaleByPowers};
    private static final Step[] LOG_ONE_PLUS = {VectorRuns::logOnePlus};

    @Override
    public Step[] exp() {
        return EXP;
    }

    @Override
    public Step[] logOnePlus() {
        return LOG_ONE_PLUS;
    }

    private static void splitExponent(float[] x, int xOff, float[] y, int yOff, float[] powers, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector value =
                    FloatVector.fromArray(FLOATS, x, xOff + i).min(EXP_HIGH).max(EXP_LOW);
            FloatVector power = value.mul(LOG2_E).add(ROUNDER).sub(ROUNDER);
            power.intoArray(powers, i);
            value.sub(power.mul(LN2_HIGH)).sub(power.mul(LN2_LOW)).intoArray(y, yOff + i);
        }
        PlainRuns.splitExponent(x, xOff + bound, y, yOff + bound, powers, bound, n - bound);
    }

    private static void expOfRest(float[] x, int xOff, float[] y, int yOff, float[] powers, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector r = FloatVector.fromArray(FLOATS, x, xOff + i);
            FloatVector p = r.mul(EXP_4).add(EXP_3);
            p = p.mul(r).add(EXP_2);
            p = p.mul(r).add(EXP_1);
            p = p.mul(r).add(EXP_0);
            p.mul(r.mul(r)).add(r).add(1f).intoArray(y, yOff + i);
        }
        PlainRuns.expOfRest(x, xOff + bound, y, yOff + bound, n - bound);
    }

    private static void scaleByPowers(float[] x, int xOff, float[] y, int yOff, float[] powers, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector power = FloatVector.fromArray(FLOATS, powers, i);
            FloatVector half = power.mul(0.5f).add(BIASED_ROUNDER);
            FloatVector rest = power.sub(half.sub(BIASED_ROUNDER)).add(BIASED_ROUNDER);
            FloatVector first = half.reinterpretAsInts().mul(EXPONENT_UNIT).reinterpretAsFloats();
            FloatVector second = rest.reinterpretAsInts().mul(EXPONENT_UNIT).reinterpretAsFloats();
            FloatVector.fromArray(FLOATS, x, xOff + i).mul(first).mul(second).intoArray(y, yOff + i);
        }
        PlainRuns.scaleByPowers(x, xOff + bound, y, yOff + bound, powers, bound, n - bound);
    }

    private static void logOnePlus(float[] x, int xOff, float[] y, int yOff, float[] powers, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector u = FloatVector.fromArray(FLOATS, x, xOff + i);
            FloatVector s = u.div(u.add(2f));
            FloatVector z = s.mul(s);
            FloatVector p = z.mul(WIDE_3).add(WIDE_2);
            p = p.mul(z).add(WIDE_1);
            p = p.mul(z).add(WIDE_0).mul(z);
            p.mul(s).add(s).mul(2f).intoArray(y, yOff + i);
        }
        PlainRuns.logOnePlus(x, xOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public void sigmoid(float[] x, int xOff, float[] e, int eOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        FloatVector one = FloatVector.broadcast(FLOATS, 1f);
        for (int i = 0; i < bound; i += LANES) {
            VectorMask<Float> negative =
                    FloatVector.fromArray(FLOATS, x, xOff + i).compare(LT, 0f);
            FloatVector other = FloatVector.fromArray(FLOATS, e, eOff + i);
            one.blend(other, negative).div(other.add(1f)).intoArray(y, yOff + i);
        }
        tail.sigmoid(x, xOff + bound, e, eOff + bound, y, yOff + bound, n - bound);
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

    @Override
    public void larger(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOATS, a, aOff + i)
                    .max(FloatVector.fromArray(FLOATS, b, bOff + i))
                    .intoArray(y, yOff + i);
        }
        tail.larger(a, aOff + bound, b, bOff + bound, y, yOff + bound, n - bound);
    }

    @Override
    public void smaller(float[] a, int aOff, float[] b, int bOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOATS, a, aOff + i)
                    .min(FloatVector.fromArray(FLOATS, b, bOff + i))
                    .intoArray(y, yOff + i);
        }
        tail.smaller(a, aOff + bound, b, bOff + bound, y, yOff + bound, n - bound);
    }

    // Arithmetic on short runs

    @Override
    public void accumulate(float[] x, int xOff, float[] to, int toOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOATS, to, toOff + i)
                    .add(FloatVector.fromArray(FLOATS, x, xOff + i))
                    .intoArray(to, toOff + i);
        }
        tail.accumulate(x, xOff + bound, to, toOff + bound, n - bound);
    }

    @Override
    public void accumulateProducts(float[] a, int aOff, float[] b, int bOff, float[] to, int toOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector product =
                    FloatVector.fromArray(FLOATS, a, aOff + i).mul(FloatVector.fromArray(FLOATS, b, bOff + i));
            FloatVector.fromArray(FLOATS, to, toOff + i).add(product).intoArray(to, toOff + i);
        }
        tail.accumulateProducts(a, aOff + bound, b, bOff + bound, to, toOff + bound, n - bound);
    }

    @Override
    public void standardize(float[] x, int xOff, float center, float scale, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOATS, x, xOff + i).sub(center).mul(scale).intoArray(y, yOff + i);
        }
        tail.standardize(x, xOff + bound, center, scale, y, yOff + bound, n - bound);
    }

    @Override
    public void scaleAndShift(
            float[] x, int xOff, float[] scale, int scaleOff, float[] shift, int shiftOff, float[] y, int yOff, int n) {
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector.fromArray(FLOATS, x, xOff + i)
                    .mul(FloatVector.fromArray(FLOATS, scale, scaleOff + i))
                    .add(FloatVector.fromArray(FLOATS, shift, shiftOff + i))
                    .intoArray(y, yOff + i);
        }
        tail.scaleAndShift(
                x, xOff + bound, scale, scaleOff + bound, shift, shiftOff + bound, y, yOff + bound, n - bound);
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
        int bound = FLOATS.loopBound(n);
        for (int i = 0; i < bound; i += LANES) {
            FloatVector along =
                    FloatVector.fromArray(FLOATS, direction, directionOff + i).mul(length);
            FloatVector.fromArray(FLOATS, x, xOff + i)
                    .sub(center)
                    .sub(along)
                    .mul(scale)
                    .intoArray(y, yOff + i);
        }
        tail.project(
                x, xOff + bound, center, direction, directionOff + bound, length, scale, y, yOff + bound, n - bound);
    }

    // Sums and extremes

    @Override
    public double sum(float[] x, int xOff, int n) {
        if (n < LANES) {
            return tail.sum(x, xOff, n);
        }
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
        if (n < LANES) {
            return tail.dot(x, xOff, y, yOff, n);
        }
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
    public double squaredDistance(float[] x, int xOff, float center, int n) {
        if (n < LANES) {
            return tail.squaredDistance(x, xOff, center, n);
        }
        double total = 0;
        for (int start = 0; start < n; start += BLOCK) {
            total += distanceBlock(x, xOff + start, center, Math.min(BLOCK, n - start));
        }
        return total;
    }

    private double distanceBlock(float[] x, int xOff, float center, int n) {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        int bound = n - n % (2 * LANES);
        for (int i = 0; i < bound; i += 2 * LANES) {
            FloatVector first = FloatVector.fromArray(FLOATS, x, xOff + i).sub(center);
            FloatVector second =
                    FloatVector.fromArray(FLOATS, x, xOff + i + LANES).sub(center);
            a = first.fma(first, a);
            b = second.fma(second, b);
        }
        return fold(a.add(b)) + tail.squaredDistance(x, xOff + bound, center, n - bound);
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
        if (n < LANES) {
            return tail.max(x, xOff, n);
        }
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
        if (n < LANES) {
            return tail.min(x, xOff, n);
        }
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
