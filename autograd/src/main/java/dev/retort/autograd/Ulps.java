package dev.retort.autograd;

import dev.retort.tensor.DType;

/** Errors counted in units in the last place (ulp): the distance between neighboring numbers of a type. */
public final class Ulps {
    private Ulps() {}

    /**
     * How many steps from number to number lead from a to b in a type; 0 if both are the same number, and for the two
     * zeros. For NaN beside a number, the largest long.
     *
     * @param a rounded to the type first
     */
    public static long distance(DType dtype, double a, double b) {
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return Double.isNaN(a) && Double.isNaN(b) ? 0 : Long.MAX_VALUE;
        }
        long from = place(dtype, a);
        long to = place(dtype, b);
        // Across zero the two magnitudes add up, which can overflow for float64.
        long distance = (from < 0) == (to < 0) ? Math.abs(from - to) : Math.abs(from) + Math.abs(to);
        return distance < 0 ? Long.MAX_VALUE : distance;
    }

    /** The place of a number among all of its type, 0 at zero: bits of IEEE 754 numbers count up with their magnitude. */
    private static long place(DType dtype, double x) {
        return switch (dtype) {
            case F32 -> {
                int bits = Float.floatToIntBits((float) x);
                yield bits < 0 ? -(long) (bits & Integer.MAX_VALUE) : bits;
            }
            case F64 -> {
                long bits = Double.doubleToLongBits(x);
                yield bits < 0 ? -(bits & Long.MAX_VALUE) : bits;
            }
            case I32, I64, BOOL -> (long) x;
        };
    }

    /** The distance from |x|, rounded to a type, to the next larger number; 1 for integers. */
    public static double size(DType dtype, double x) {
        return switch (dtype) {
            case F32 -> Math.ulp((float) x);
            case F64 -> Math.ulp(x);
            case I32, I64, BOOL -> 1;
        };
    }

    /**
     * The error of a result in ulps of the exact one, fractions included: a result rounded once is at most 0.5 away. 0 if
     * both are NaN, or equal infinities once rounded; infinite if only one is.
     */
    public static double error(DType dtype, double exact, double actual) {
        double rounded = dtype == DType.F32 ? (float) exact : exact;
        if (!Double.isFinite(rounded) || !Double.isFinite(actual)) {
            return Double.compare(rounded, actual) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        return Math.abs(actual - exact) / size(dtype, rounded);
    }
}
