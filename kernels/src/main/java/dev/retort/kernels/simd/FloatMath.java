package dev.retort.kernels.simd;

/**
 * Elementary functions of one float, out of +, -, *, / and bit patterns alone, within a few units in the last place:
 * interpreted, compiled and vectorised code give the same bits. No fma: it is slow where the processor has none.
 * {@link VectorRuns} repeats these formulas lane by lane, operation for operation.
 *
 * <p>e^x = 2^n e^r with n = round(x/ln 2) and |r| <= ln(2)/2, e^r by its Taylor polynomial of degree 7 (remainder 5e-9).
 * ln x = e ln 2 + ln m with m in [sqrt(1/2), sqrt 2), ln m = 2 artanh((m - 1)/(m + 1)) by its series.
 */
final class FloatMath {
    static final float LOG2_E = 1.44269504f;
    /** ln 2 in two parts; the first has so few bits that n times it is exact. */
    static final float LN2_HIGH = 0.693359375f;

    static final float LN2_LOW = -2.12194440e-4f;
    /** 1.5*2^23: adding it to a float below 2^22 rounds that to an integer, which then stands in the low bits. */
    static final float ROUNDER = 12582912f;

    /** The same, with the bias of an exponent added: the integer in the low bits is then one, ready to be moved. */
    static final float BIASED_ROUNDER = ROUNDER + 127f;
    /** e^x is infinite above and rounds to 0 below these. */
    static final float EXP_HIGH = 89f;

    static final float EXP_LOW = -104f;
    /** Bits of sqrt(1/2). */
    static final int SQRT_HALF_BITS = 0x3F3504F3;

    /** The lowest bit of an exponent. */
    static final int EXPONENT_UNIT = 1 << 23;

    /** Sign and exponent. */
    static final int EXPONENT_MASK = -EXPONENT_UNIT;

    static final float MANTISSA_BITS = 23f;
    static final float TWO_23 = 0x1p23f;
    static final float MANTISSA_UNIT = 0x1p-23f;
    /** tanh is 1 above. */
    private static final float TANH_HIGH = 10f;

    static final float R2 = 1f / 2;
    static final float R3 = 1f / 3;
    static final float R5 = 1f / 5;
    static final float R6 = 1f / 6;
    static final float R7 = 1f / 7;
    static final float R9 = 1f / 9;
    static final float R11 = 1f / 11;
    static final float R13 = 1f / 13;
    static final float R15 = 1f / 15;
    static final float R24 = 1f / 24;
    static final float R120 = 1f / 120;
    static final float R720 = 1f / 720;
    static final float R5040 = 1f / 5040;

    private FloatMath() {}

    static float exp(float x) {
        float bounded = Math.max(Math.min(x, EXP_HIGH), EXP_LOW);
        float n = bounded * LOG2_E + ROUNDER - ROUNDER;
        float r = bounded - n * LN2_HIGH - n * LN2_LOW;
        // Two factors, since 2^n alone may lie outside the floats.
        float first = n * R2 + BIASED_ROUNDER;
        float second = n - (first - BIASED_ROUNDER) + BIASED_ROUNDER;
        return (expMinusOne(r) + 1f) * power(first) * power(second);
    }

    /** e^r - 1 for |r| <= ln(2)/2. */
    private static float expMinusOne(float r) {
        float q = ((((r * R5040 + R720) * r + R120) * r + R24) * r + R6) * r + R2;
        return q * (r * r) + r;
    }

    /** 2^n, given n + {@link #BIASED_ROUNDER}: the low bits of that, moved to the place of the exponent. */
    private static float power(float shifted) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(shifted) * EXPONENT_UNIT);
    }

    static float log(float x) {
        boolean tiny = x < Float.MIN_NORMAL;
        float scaled = tiny ? x * TWO_23 : x;
        int bits = Float.floatToRawIntBits(scaled);
        int exponent = (bits - SQRT_HALF_BITS) & EXPONENT_MASK;
        float m = Float.intBitsToFloat(bits - exponent);
        float e = exponent * MANTISSA_UNIT - (tiny ? MANTISSA_BITS : 0f);
        float s = (m - 1f) / (m + 1f);
        float z = s * s;
        float series = (((z * R9 + R7) * z + R5) * z + R3) * z;
        float result = (series * s + s) * 2f + e * LN2_LOW + e * LN2_HIGH;
        if (x == 0f) {
            return Float.NEGATIVE_INFINITY;
        }
        // NaN and infinity stay; below 0 there is no logarithm.
        return x < 0f ? Float.NaN : x < Float.POSITIVE_INFINITY ? result : x;
    }

    /** ln(1 + u) for u in [0, 1]: 2 artanh(u/(2 + u)). */
    static float logOnePlus(float u) {
        float s = u / (u + 2f);
        float z = s * s;
        float series = ((((((z * R15 + R13) * z + R11) * z + R9) * z + R7) * z + R5) * z + R3) * z;
        return (series * s + s) * 2f;
    }

    /** t/(t + 2) with t = e^(2|x|) - 1, and the sign of x. */
    static float tanh(float x) {
        float y = Math.min(Math.abs(x), TANH_HIGH) * 2f;
        float n = y * LOG2_E + ROUNDER - ROUNDER;
        float r = y - n * LN2_HIGH - n * LN2_LOW;
        float scale = power(n + BIASED_ROUNDER);
        float t = expMinusOne(r) * scale + (scale - 1f);
        float result = t / (t + 2f);
        return Float.intBitsToFloat(Float.floatToRawIntBits(result) | (Float.floatToRawIntBits(x) & Integer.MIN_VALUE));
    }
}
