package dev.retort.testkit.conformance.known;

import dev.retort.tensor.DType;
import dev.retort.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/**
 * Results of a function, each within so many units in the last place of its exact value. Below the smallest normal number a processor
 * may flush to 0, results and arguments.
 */
record Within(List<Point> points) implements KnownCase.Expected {

    /**
     * One argument and what comes of it.
     *
     * @param argument for the message
     * @param exact the exact value, or null where the result is no finite number
     * @param special the result where it is no finite number: NaN or an infinity
     * @param alternative another accepted result, or null: of an argument that a processor may flush to 0, say
     * @param ulps accepted error
     */
    record Point(String argument, BigDecimal exact, double special, Double alternative, double ulps) {

        static Point finite(String argument, BigDecimal exact, double ulps) {
            return new Point(argument, exact, Double.NaN, null, ulps);
        }

        static Point special(String argument, double special) {
            return new Point(argument, null, special, null, 0);
        }

        Point or(double result) {
            return new Point(argument, exact, special, result, ulps);
        }

        private boolean accepts(double actual, DType dtype) {
            if (alternative != null && same(alternative, actual)) {
                return true;
            }
            return exact == null
                    ? same(special, actual)
                    : errorInUlps(actual, dtype) <= ulps || bothTiny(actual, dtype);
        }

        /** The sign of a zero is not looked at. */
        private static boolean same(double a, double b) {
            return a == b || Double.isNaN(a) && Double.isNaN(b);
        }

        private boolean bothTiny(double actual, DType dtype) {
            double smallest = dtype == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
            return Math.abs(actual) <= smallest && exact.abs().doubleValue() <= smallest;
        }

        /** Infinite where one is finite and the other is not, as the type has it. */
        double errorInUlps(double actual, DType dtype) {
            double rounded = dtype == DType.F32 ? exact.floatValue() : exact.doubleValue();
            if (!Double.isFinite(actual) || !Double.isFinite(rounded)) {
                return same(actual, rounded) ? 0 : Double.POSITIVE_INFINITY;
            }
            double ulp = dtype == DType.F32 ? Math.ulp((float) rounded) : Math.ulp(rounded);
            return new BigDecimal(actual)
                    .subtract(exact)
                    .abs()
                    .divide(new BigDecimal(ulp), MathContext.DECIMAL64)
                    .doubleValue();
        }
    }

    @Override
    public String difference(Tensor actual) {
        DType dtype = actual.dtype();
        double[] values = actual.toDoubles();
        if (values.length != points.size()) {
            return values.length + " results for " + points.size() + " arguments";
        }
        int wrong = 0;
        String first = null;
        for (int i = 0; i < values.length; i++) {
            Point point = points.get(i);
            if (!point.accepts(values[i], dtype)) {
                wrong++;
                first = first == null ? text(point, values[i], dtype) : first;
            }
        }
        return wrong == 0 ? null : wrong + " of " + values.length + " results are off; the first: " + first;
    }

    private static String text(Point point, double actual, DType dtype) {
        return point.exact == null
                ? "of " + point.argument + " it is " + actual + ", not " + point.special
                : String.format(
                        Locale.ROOT,
                        "of %s it is %s, not %.17g: %.3g ulp apart, %.3g are accepted",
                        point.argument,
                        actual,
                        point.exact,
                        point.errorInUlps(actual, dtype),
                        point.ulps);
    }
}
