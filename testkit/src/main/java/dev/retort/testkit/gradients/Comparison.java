package dev.retort.testkit.gradients;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Ulps;
import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.Tolerance;

/**
 * How far some tensors of one backend are from another's: the element that exceeds its bound the most or comes nearest to it,
 * and the distribution of all errors.
 *
 * @param dtype that was computed in
 * @param pass whether every element is within its bound
 * @param error |actual - expected| of the worst element; infinite if it is no number where one was expected, or the reverse
 * @param bound what is accepted there
 * @param expected the exact value
 * @param actual the value found
 * @param tensor which of the tensors it lies in, from 0
 * @param index row-major place there; -1 if there is no element at all
 * @param shape of that tensor
 * @param ulps distribution of errors in ulp of the dtype
 * @param largestRelative largest |actual - expected| / |expected| of elements whose expected value is no zero
 */
public record Comparison(
        DType dtype,
        boolean pass,
        double error,
        double bound,
        double expected,
        double actual,
        int tensor,
        long index,
        Shape shape,
        ErrorHistogram ulps,
        double largestRelative) {

    /** The worst element's place for people: {@code [2, 0] of 3 x 4}. */
    public String place() {
        return index < 0 ? "no element" : GradientCheck.place(shape, index) + " of " + shape;
    }

    /** The error as a share of its bound: above 1 is a failure. */
    public double share() {
        return error == 0 ? 0 : error / bound;
    }

    /** Collects tensors element by element. */
    static final class Builder {
        private final DType dtype;
        private final ErrorHistogram ulps = new ErrorHistogram();
        private boolean pass = true;
        private double largestRelative;
        private Comparison worst;

        /** @param first what counts as the bound if no tensor has an element */
        Builder(DType dtype, Tolerance first) {
            this.dtype = dtype;
            worst = new Comparison(dtype, true, 0, first.bound(0), 0, 0, 0, -1, Shape.SCALAR, ulps, 0);
        }

        /** Adds a tensor of a type, which may be another than the one computed in: an index, a mask. */
        void add(int tensor, DType type, Shape shape, double[] expected, double[] actual, Tolerance tolerance) {
            for (int i = 0; i < expected.length; i++) {
                double wanted = expected[i];
                double got = actual[i];
                boolean accepted = tolerance.accepts(wanted, got);
                double error = Math.abs(got - wanted);
                if (!Double.isFinite(got)) {
                    // An overflow is right where the exact value is beyond the type.
                    error = accepted ? 0 : Double.POSITIVE_INFINITY;
                }
                pass &= accepted;
                ulps.add(Ulps.error(type, wanted, got));
                if (Double.isNaN(error)) {
                    error = Double.POSITIVE_INFINITY;
                }
                if (wanted != 0 && Double.isFinite(wanted)) {
                    largestRelative = Math.max(largestRelative, error / Math.abs(wanted));
                }
                double bound = Double.isFinite(wanted) ? tolerance.bound(wanted) : tolerance.bound(0);
                double share = error == 0 ? 0 : error / bound;
                if (worst.index < 0 || share > worst.share()) {
                    worst = new Comparison(
                            dtype, accepted, error, bound, wanted, got, tensor, i, shape, ulps, largestRelative);
                }
            }
        }

        Comparison build() {
            return new Comparison(
                    dtype,
                    pass,
                    worst.error,
                    worst.bound,
                    worst.expected,
                    worst.actual,
                    worst.tensor,
                    worst.index,
                    worst.shape,
                    ulps,
                    largestRelative);
        }
    }
}
