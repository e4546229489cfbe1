package dev.retort.tensor.conformance;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.cases.Tolerance;
import java.util.Arrays;

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
        if (!dtype.isFloating()) {
            return sameBits(actual)
                    ? null
                    : "values " + text(actual.values) + " where the reference has " + text(values);
        }
        double[] expected = (double[]) values;
        double[] found = (double[]) actual.values;
        int wrong = 0;
        int worst = -1;
        double excess = -1;
        for (int i = 0; i < expected.length; i++) {
            if (!tolerance.accepts(expected[i], found[i])) {
                wrong++;
                double ratio = Math.abs(found[i] - expected[i]) / tolerance.bound(expected[i]);
                if (worst < 0 || ratio > excess || Double.isNaN(ratio)) {
                    excess = ratio;
                    worst = i;
                }
            }
        }
        return wrong == 0
                ? null
                : wrong + " of " + expected.length + " elements of " + shape + " are off; the worst, " + worst + ", is "
                        + found[worst] + " where the reference has " + expected[worst] + ", accepted error "
                        + tolerance.bound(expected[worst]) + ", error is " + excess + " times that";
    }

    private static String text(Object values) {
        return values instanceof long[] longs ? Arrays.toString(longs) : Arrays.toString((boolean[]) values);
    }
}
