package dev.retort.testkit.cases;

import dev.retort.tensor.DType;
import dev.retort.tensor.MatmulPrecision;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.Set;

/**
 * How far a result may be from the exact one, in terms of what rounding does: with u the unit roundoff of the dtype,
 * {@code |actual - exact| <= u*(8*|exact| + 2*length*magnitude)}, plus the smallest normal number. The second term is for
 * sums: n terms of size m make partial sums near sqrt(n)*m, each of which is rounded, so that errors of a plain running sum
 * are near 0.15*n*m*u; the factor 2 leaves room for the worst of many elements, and none for a lower precision.
 *
 * <p>In a {@link MatmulPrecision} of roundoff v, a product's factors are each off by at most v of themselves, which adds
 * {@code v*(2*|exact| + 2*sqrt(length)*magnitude)}: terms of size m/2 make that the worst case up to four of them, and for
 * longer sums, where the errors are independent, more than ten standard deviations. docs/tolerances.md has the derivation.
 *
 * @param relative accepted error per unit of the exact result
 * @param absolute accepted error besides
 */
public record Tolerance(DType dtype, double relative, double absolute) {
    private static final Set<String> PRODUCTS = Set.of(
            "GEMM",
            "CONV2D",
            "CONV2D_INPUT_GRADIENT",
            "CONV2D_WEIGHT_GRADIENT",
            "matmul",
            "linear",
            "convolution",
            "attention");

    /** For a result computed in {@code dtype}. Integers and truth values are exact. */
    public static Tolerance forward(DType dtype, Accuracy accuracy) {
        return forward(dtype, accuracy, MatmulPrecision.FP32);
    }

    /** For a result computed in {@code dtype} with products in a precision. */
    public static Tolerance forward(DType dtype, Accuracy accuracy, MatmulPrecision precision) {
        return of(dtype, accuracy, precision, 1);
    }

    /** {@link #backward(DType, Accuracy, long, MatmulPrecision)} with exact products. */
    public static Tolerance backward(DType dtype, Accuracy accuracy, long fanOut) {
        return backward(dtype, accuracy, fanOut, MatmulPrecision.FP32);
    }

    /**
     * For a gradient: a chain of a few operations, each with its error, so four times as much. Whatever the result's own
     * accuracy, a gradient is a sum of upstream gradients of order one, which may cancel.
     *
     * @param fanOut how many results an operand's element reaches: the length of that sum
     */
    public static Tolerance backward(DType dtype, Accuracy accuracy, long fanOut, MatmulPrecision precision) {
        Accuracy sum = new Accuracy(Math.max(accuracy.length(), fanOut), Math.max(accuracy.magnitude(), 1));
        return of(dtype, sum, precision, 4);
    }

    /** What holds for an operation: {@code precision} for matrix products and convolutions, FP32 for all others. */
    public static MatmulPrecision precision(String operation, MatmulPrecision precision) {
        return PRODUCTS.contains(operation) ? precision : MatmulPrecision.FP32;
    }

    /** Half the distance from 1 to the next number of a type: the largest relative error of one rounding; 0 if exact. */
    public static double unitRoundoff(DType dtype) {
        return switch (dtype) {
            case F32 -> 0x1p-24;
            case F64 -> 0x1p-53;
            case I32, I64, BOOL -> 0;
        };
    }

    private static Tolerance of(DType dtype, Accuracy accuracy, MatmulPrecision precision, double factor) {
        double unit = unitRoundoff(dtype);
        double smallest = dtype == DType.F32 ? Float.MIN_NORMAL : dtype == DType.F64 ? Double.MIN_NORMAL : 0;
        // The precision shortens float32 only: a float64 product stays one.
        double shorter = dtype == DType.F32 ? precision.roundoff() : 0;
        double relative = 8 * unit + 2 * shorter;
        double absolute =
                2 * accuracy.magnitude() * (unit * accuracy.length() + shorter * Math.sqrt(accuracy.length()));
        return new Tolerance(dtype, factor * relative, factor * absolute + smallest);
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
