package dev.retort.testkit.conformance.known;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.Arrays;

/**
 * A result to the bit, but for the sign of a zero, which the kit does not look at.
 *
 * @param values double[] for floating types, long[] for integers and truth values
 */
record Exactly(DType dtype, Shape shape, Object values) implements KnownCase.Expected {

    @Override
    public String difference(Tensor actual) {
        if (actual.dtype() != dtype || !actual.shape().equals(shape)) {
            return "the result is " + actual.dtype() + " " + actual.shape() + ", not " + dtype + " " + shape;
        }
        if (values instanceof double[] expected) {
            // + 0.0 makes -0 a 0.
            double[] found = Arrays.stream(actual.toDoubles()).map(v -> v + 0.0).toArray();
            double[] wanted = Arrays.stream(expected).map(v -> v + 0.0).toArray();
            return Arrays.equals(found, wanted) ? null : text(Arrays.toString(found), Arrays.toString(wanted));
        }
        long[] wanted = (long[]) values;
        long[] found = dtype == DType.BOOL ? bits(actual.toBooleans()) : actual.toLongs();
        return Arrays.equals(found, wanted) ? null : text(Arrays.toString(found), Arrays.toString(wanted));
    }

    private static long[] bits(boolean[] flags) {
        long[] bits = new long[flags.length];
        Arrays.setAll(bits, i -> flags[i] ? 1 : 0);
        return bits;
    }

    private static String text(String found, String wanted) {
        return "the result is " + found + ", not " + wanted;
    }
}
