package dev.retort.testkit.conformance.known;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.testkit.conformance.known.Within.Point;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** a^b: against {@link ExactMath} for all pairs of some numbers, and the pairs that C's and Java's standards settle, one by one. */
final class KnownPowers {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;
    /** What the OpenCL C specification (1.2, section 7.4) grants. */
    private static final double ULPS = 16;

    private static final double[] BASES = {1e-30, 0.001, 0.3, 0.75, 0.999, 1, 1.001, 2, 3.7, 10, 1234.5, 1e12};
    private static final double[] EXPONENTS = {-3, -2, -1, -0.5, 0, 0.333, 0.5, 1, 1.5, 2, 2.2, 3, 10, 20.25};

    /** a, b, a^b. */
    private static final double[][] SETTLED = {
        {NAN, 0, 1},
        {0, 0, 1},
        {-0.0, 0, 1},
        {INF, 0, 1},
        {-INF, 0, 1},
        {1, NAN, 1},
        {2, NAN, NAN},
        {NAN, 1, NAN},
        {2, INF, INF},
        {0.5, INF, 0},
        {2, -INF, 0},
        {0.5, -INF, INF},
        {-2, INF, INF},
        {-0.5, INF, 0},
        {0, 3, 0},
        {0, 2.5, 0},
        {0, -1, INF},
        {0, -2.5, INF},
        {-0.0, -3, -INF},
        {-0.0, -2, INF},
        {INF, 2, INF},
        {INF, -2, 0},
        {-INF, 3, -INF},
        {-INF, 2, INF},
        {-INF, -3, 0},
        {-2, 3, -8},
        {-2, 2, 4},
        {-2, -1, -0.5},
        {-2, 0.5, NAN},
        {-1, 7, -1},
        {-1, 8, 1}
    };

    private KnownPowers() {}

    static void add(List<KnownCase> cases) {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            List<double[]> pairs = new ArrayList<>();
            List<Point> points = new ArrayList<>();
            for (double base : BASES) {
                for (double exponent : EXPONENTS) {
                    double[] pair = {own(base, dtype), own(exponent, dtype)};
                    pairs.add(pair);
                    points.add(Point.finite(
                            pair[0] + " to the power of " + pair[1],
                            ExactMath.pow(new BigDecimal(pair[0]), new BigDecimal(pair[1])),
                            ULPS));
                }
            }
            add(cases, "POW", dtype, pairs, points);
            List<double[]> settled = List.of(SETTLED);
            add(
                    cases,
                    "POW of special values",
                    dtype,
                    settled,
                    settled.stream()
                            // Java's pow, unlike C's, makes NaN of 1 to the power of NaN: both are accepted.
                            .map(triple -> settled(triple).or(triple[0] == 1 ? NAN : triple[2]))
                            .toList());
        }
    }

    private static double own(double value, DType dtype) {
        return dtype == DType.F32 ? (float) value : value;
    }

    private static Point settled(double[] triple) {
        String argument = triple[0] + " to the power of " + triple[1];
        return Double.isFinite(triple[2])
                ? Point.finite(argument, new BigDecimal(triple[2]), 0)
                : Point.special(argument, triple[2]);
    }

    private static void add(
            List<KnownCase> cases, String variant, DType dtype, List<double[]> pairs, List<Point> points) {
        double[] a = pairs.stream().mapToDouble(pair -> pair[0]).toArray();
        double[] b = pairs.stream().mapToDouble(pair -> pair[1]).toArray();
        Shape shape = Shape.of(a.length);
        cases.add(new KnownCase(
                Operation.BINARY,
                variant,
                dtype,
                ops -> ops.binary(BinaryOp.POW, ops.tensor(a, shape, dtype), ops.tensor(b, shape, dtype)),
                new Within(points)));
    }
}
