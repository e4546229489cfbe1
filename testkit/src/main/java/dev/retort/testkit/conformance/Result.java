package dev.retort.testkit.conformance;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.Tolerance;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A result brought home from its backend.
 *
 * @param values double[] for floating types, long[] for integers, boolean[] for BOOL
 */
record Result(Shape shape, DType dtype, Object values) {

    static Result of(Tensor x) {
        Object values =
                switch (x.dtype()) {
                    case F32, F64 -> x.toDoubles();
                    case I32, I64 -> x.toLongs();
                    case BOOL -> x.toBooleans();
                };
        return new Result(x.shape(), x.dtype(), values);
    }

    boolean sameBits(Result other) {
        return shape.equals(other.shape)
                && dtype == other.dtype
                && Arrays.deepEquals(new Object[] {values}, new Object[] {other.values});
    }

    /** What is wrong with {@code actual} when this is right, or null. Floating types may differ in width. */
    String difference(Result actual, Tolerance tolerance) {
        if (!shape.equals(actual.shape)) {
            return "shape " + actual.shape + " where the reference has " + shape;
        }
        if (dtype.isFloating() != actual.dtype.isFloating() || (!dtype.isFloating() && dtype != actual.dtype)) {
            return "type " + actual.dtype + " where the reference has " + dtype;
        }
        int wrong = 0;
        int worst = -1;
        double excess = -1;
        for (int i = 0; i < Array.getLength(values); i++) {
            double ratio = excess(i, actual, tolerance);
            if (ratio > 0) {
                wrong++;
                if (ratio > excess) {
                    excess = ratio;
                    worst = i;
                }
            }
        }
        if (wrong == 0) {
            return null;
        }
        String text = wrong + " of " + shape.size() + " elements of " + shape + " are off; the worst, " + place(worst)
                + ", is " + actual.text(worst) + " where the reference has " + text(worst);
        return dtype.isFloating() ? text + String.format(Locale.ROOT, ", %.3g times the accepted error", excess) : text;
    }

    /** By how many times an element is off more than is accepted; 0 if it is right, infinite if that is no number. */
    private double excess(int i, Result actual, Tolerance tolerance) {
        if (!dtype.isFloating()) {
            return Array.get(values, i).equals(Array.get(actual.values, i)) ? 0 : 1;
        }
        double expected = Array.getDouble(values, i);
        double found = Array.getDouble(actual.values, i);
        if (tolerance.accepts(expected, found)) {
            return 0;
        }
        double ratio = Math.abs(found - expected) / tolerance.bound(expected);
        return Double.isNaN(ratio) ? Double.POSITIVE_INFINITY : ratio;
    }

    /** As many digits as tell an element from its neighbors in the narrower type of a pair, or all of a whole number. */
    private String text(int i) {
        return dtype.isFloating()
                ? String.format(Locale.ROOT, "%.9g", Array.getDouble(values, i))
                : Array.get(values, i).toString();
    }

    private String place(int i) {
        List<Long> axes = new ArrayList<>();
        long rest = i;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            axes.add(0, rest % shape.dim(axis));
            rest /= shape.dim(axis);
        }
        return axes.toString();
    }
}
