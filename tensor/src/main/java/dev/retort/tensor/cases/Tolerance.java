package dev.retort.tensor.cases;

import dev.retort.tensor.DType;
import dev.retort.tensor.cases.OperationCase.Accuracy;

/**
 * How far a result may be from the exact one, in terms of what rounding does: with u the unit roundoff of the dtype,
 * {@code |actual - exact| <= u*(8*|exact| + 2*length*magnitude)}, plus the smallest normal number. The second term is for
 * sums: n terms of size m make partial sums near sqrt(n)*m, each of which is rounded, so that errors of a plain running sum
 * are near 0.15*n*m*u; the factor 2 leaves room for the worst of many elements, and none for a lower precision.
 *
 * @param relative accepted error per unit of the exact result
 * @param absolute accepted error besides
 */
public record Tolerance(DType dtype, double relative, double absolute) {

    /** For a result computed in {@code dtype}. Integers and truth values are exact. */
    public static Tolerance forward(DType dtype, Accuracy accuracy) {
        return of(dtype, accuracy, 1);
    }

    /**
     * For a gradient: a chain of a few operations, each with its error, so four times as much. Whatever the result's own
     * accuracy, a gradient is a sum of upstream gradients of order one, which may cancel.
     *
     * @param fanOut how many results an operand's element reaches: the length of that sum
     */
    public static Tolerance backward(DType dtype, Accuracy accuracy, long fanOut) {
        Accuracy sum = new Accuracy(Math.max(accuracy.length(), fanOut), Math.max(accuracy.magnitude(), 1));
        return of(dtype, sum, 4);
    }

    private static Tolerance of(DType dtype, Accuracy accuracy, double factor) {
        double unit =
                switch (dtype) {
                    case F32 -> 0x1p-24;
                    case F64 -> 0x1p-53;
                    case I32, I64, BOOL -> 0;
                };
        double smallest = dtype == DType.F32 ? Float.MIN_NORMAL : dtype == DType.F64 ? Double.MIN_NORMAL : 0;
        return new Tolerance(
                dtype, factor * unit * 8, factor * unit * 2 * accuracy.length() * accuracy.magnitude() + smallest);
    }

    /** Whether {@code actual} is near enough; NaN and infinity must match exactly once {@code exact} is rounded to the type. */
    public boolean accepts(double exact, double actual) {
        double expected = dtype == DType.F32 ? (float) exact : exact;
        if (Double.isNaN(expected) || Double.isInfinite(expected)) {
            return Double.compare(expected, actual) == 0;
        }
        return Math.abs(actual - exact) <= bound(exact);
    }

    /** The accepted error at {@code exact}. */
    public double bound(double exact) {
        return relative * Math.abs(exact) + absolute;
    }
}
