package dev.retort.kernels.simd.internal.loops;

/**
 * Elementary functions of one float, out of +, -, *, / and bit patterns alone, within a few units in the last place:
 * interpreted, compiled and vectorized code give the same bits. No fma: it is slow where the processor has none.
 * {@link VectorRuns} repeats these formulas lane by lane, operation for operation.
 *
 * <p>e^x = 2^n e^r with n = round(x/ln 2) and |r| <= ln(2)/2, where e^r = 1 + r + r^2 p(r). ln(1 + u) = 2 artanh(u/(2 + u)) and
 * ln x = e ln 2 + 2 artanh((m - 1)/(m + 1)) with x = m 2^e, m in [sqrt(1/2), sqrt 2), where artanh s = s + s z p(z), z = s^2. The
 * polynomials p are fits by weighted least squares at Chebyshev points; relative errors before rounding stand beside them.
 */
final class FloatMath {
    /** 1.5*2^23: adding it to a float below 2^22 rounds that to an integer, which then stands in the low bits. */
    static final float ROUNDER = 12582912f;
    /** The same, with the bias of an exponent added: the integer in the low bits is then one, ready to be moved. */
    static final float BIASED_ROUNDER = ROUNDER + 127f;
    /** The lowest bit of an exponent. */
    static final int EXPONENT_UNIT = 1 << 23;

    /** e^x is infinite above and rounds to 0 below these. */
    static final float EXP_HIGH = 89f;

    static final float EXP_LOW = -104f;
    static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts; the first has so few bits that n times it is exact. */
    static final float LN2_HIGH = 0.693359375f;

    static final float LN2_LOW = -2.12194440e-4f;

    /** e^r on |r| <= ln(2)/2, error 4e-9. */
    static final float EXP_0 = 0.49999988f;

    static final float EXP_1 = 0.16666518f;
    static final float EXP_2 = 0.041669544f;
    static final float EXP_3 = 0.0083689876f;
    static final float EXP_4 = 0.0013751150f;

    /** artanh on [0, 1/3], error 5e-9. */
    static final float WIDE_0 = 0.33333206f;

    static final float WIDE_1 = 0.20010896f;
    static final float WIDE_2 = 0.13999087f;
    static final float WIDE_3 = 0.14013819f;

    /** artanh on |s| <= (sqrt 2 - 1)/(sqrt 2 + 1), error 1e-9. */
    private static final float NARROW_0 = 0.33333388f;

    private static final float NARROW_1 = 0.19988663f;
    private static final float NARROW_2 = 0.14938340f;

    /** tanh is 1 above. */
    private static final float TANH_HIGH = 10f;
    /** Bits of sqrt(1/2). */
    private static final int SQRT_HALF_BITS = 0x3F3504F3;

    private static final int MANTISSA_BITS = 23;

    private FloatMath() {}

    /** n = round(x/ln 2), for x within the bounds of exp. */
    static float exponent(float x) {
        return bound(x) * LOG2_E + ROUNDER - ROUNDER;
    }

    /** r = x - n ln 2. */
    static float rest(float x, float n) {
        return bound(x) - n * LN2_HIGH - n * LN2_LOW;
    }

    private static float bound(float x) {
        return Math.max(Math.min(x, EXP_HIGH), EXP_LOW);
    }

    /** e^r - 1 for |r| <= ln(2)/2. */
    static float expMinusOne(float r) {
        float p = (((r * EXP_4 + EXP_3) * r + EXP_2) * r + EXP_1) * r + EXP_0;
        return p * (r * r) + r;
    }

    /** value 2^n. In two factors, since 2^n alone may lie outside the floats. */
    static float scale(float value, float n) {
        float half = n * 0.5f + BIASED_ROUNDER;
        float rest = n - (half - BIASED_ROUNDER) + BIASED_ROUNDER;
        return value * power(half) * power(rest);
    }

    /** 2^n, given n + {@link #BIASED_ROUNDER}: the low bits of that, moved to the place of the exponent. */
    private static float power(float shifted) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(shifted) * EXPONENT_UNIT);
    }

    static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        int bits = Float.floatToRawIntBits(tiny ? x * 0x1p23f : x);
        int exponent = (bits - SQRT_HALF_BITS) >> MANTISSA_BITS;
        float m = Float.intBitsToFloat(bits - (exponent << MANTISSA_BITS));
        float e = tiny ? exponent - MANTISSA_BITS : exponent;
        float s = (m - 1f) / (m + 1f);
        float z = s * s;
        float p = ((z * NARROW_2 + NARROW_1) * z + NARROW_0) * z;
        float result = (p * s + s) * 2f + e * LN2_LOW + e * LN2_HIGH;
        if (x == 0f) {
            return Float.NEGATIVE_INFINITY;
        }
        // NaN and infinity stay; below 0 there is no logarithm.
        return x < 0f ? Float.NaN : x < Float.POSITIVE_INFINITY ? result : x;
    }

    /** ln(1 + u) for u in [0, 1]. */
    static float logOnePlus(float u) {
        float s = u / (u + 2f);
        float z = s * s;
        float p = (((z * WIDE_3 + WIDE_2) * z + WIDE_1) * z + WIDE_0) * z;
        return (p * s + s) * 2f;
    }

    /** t/(t + 2) with t = e^(2|x|) - 1, and the sign of x. */
    static float tanh(float x) {
        float twice = Math.min(Math.abs(x), TANH_HIGH) * 2f;
        float n = exponent(twice);
        float scale = power(n + BIASED_ROUNDER);
        float t = expMinusOne(rest(twice, n)) * scale + (scale - 1f);
        float result = t / (t + 2f);
        return Float.intBitsToFloat(Float.floatToRawIntBits(result) | (Float.floatToRawIntBits(x) & Integer.MIN_VALUE));
    }
}
