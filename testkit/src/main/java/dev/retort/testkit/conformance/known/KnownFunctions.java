package dev.retort.testkit.conformance.known;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.UnaryOp;
import dev.retort.testkit.conformance.known.Within.Point;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;

/**
 * Every {@link UnaryOp} against {@link ExactMath}: arguments of all sizes that a type has, subnormal ones, zeros of both signs,
 * infinities and NaN among them, and more where a function is of moderate size or turns.
 */
final class KnownFunctions {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    /** Exponents of 2 of the arguments of all sizes. */
    private static final int[] EXPONENTS = {
        -1074, -1060, -1022, -700, -300, -149, -140, -126, -100, -64, -54, -30, -25, -24, -12, -8, -5, -4, -3, -2, -1,
        0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 15, 23, 24, 31, 52, 53, 63, 90, 127, 200, 511, 900, 1023
    };

    private static final double[] FRACTIONS = {1, 1.7305};

    /** Where float and double overflow or vanish in e^x, saturate in tanh and erf, and tie in rounding; near zeros of ln, sin and cos. */
    private static final double[] TURNS = {
        88.7,
        88.8,
        87.3,
        87.4,
        103.9,
        104.1,
        709.7,
        709.8,
        708.3,
        708.5,
        744.4,
        745.2,
        9.01,
        9.03,
        18.9,
        19.1,
        3.9,
        4.1,
        5.8,
        5.95,
        26.5,
        37.5,
        38.6,
        0.5,
        2.5,
        3.5,
        4.5,
        1e-7,
        1 - 1e-7,
        1 + 1e-7,
        1 - 1e-15,
        1 + 1e-15,
        0.70710678,
        Math.PI,
        Math.PI / 2,
        2 * Math.PI,
        11,
        355,
        103993,
        1e22,
        0.49999997,
        0.49999999999999994,
        8388607.5,
        16777217,
        4503599627370495.5,
        3e18
    };

    private KnownFunctions() {}

    static void add(List<KnownCase> cases) {
        for (UnaryOp op : UnaryOp.values()) {
            for (DType dtype : List.of(DType.F32, DType.F64)) {
                double[] arguments = arguments(dtype);
                List<Point> points = Arrays.stream(arguments)
                        .mapToObj(x -> point(op, x, dtype))
                        .toList();
                cases.add(new KnownCase(
                        Operation.UNARY,
                        op.name(),
                        dtype,
                        ops -> ops.unary(op, ops.tensor(arguments, Shape.of(arguments.length), dtype)),
                        new Within(points)));
            }
        }
    }

    /** All different but for the signs of zeros; each as the type has it. */
    private static double[] arguments(DType dtype) {
        Set<Double> sizes = new TreeSet<>();
        for (int exponent : EXPONENTS) {
            for (double fraction : FRACTIONS) {
                sizes.add(Math.scalb(fraction, exponent));
            }
        }
        Arrays.stream(TURNS).forEach(sizes::add);
        // 0.13, 0.26, ...: along the curves.
        DoubleStream.iterate(0.13, x -> x < 8, x -> x + 0.13).forEach(sizes::add);
        List<Double> arguments = new ArrayList<>(List.of(0.0, -0.0, INF, -INF, NAN));
        Set<Double> held = new TreeSet<>();
        for (double size : sizes) {
            double own = dtype == DType.F32 ? (float) size : size;
            if (Double.isFinite(own) && own != 0) {
                held.add(own);
                held.add(-own);
            }
        }
        arguments.addAll(held);
        return arguments.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static Point point(UnaryOp op, double x, DType dtype) {
        String argument = Double.toString(x);
        if (!Double.isFinite(x)) {
            double limit = Double.isNaN(x) ? NAN : atInfinity(op, x > 0);
            // -inf*0 is NaN or 0 as GELU's formula goes: NaN in, NaN out is asked instead.
            Point point = Double.isFinite(limit)
                    ? Point.finite(argument, new BigDecimal(limit), ulps(op, 0))
                    : Point.special(argument, limit);
            return op == UnaryOp.GELU && x == -INF ? point.or(NAN) : point;
        }
        if (outside(op, x)) {
            return Point.special(argument, NAN);
        }
        if (hasPole(op, x)) {
            return Point.special(argument, pole(op, x));
        }
        Point point = Point.finite(argument, exact(op, new BigDecimal(x)), ulps(op, x));
        double smallest = dtype == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
        return x != 0 && Math.abs(x) < smallest ? point.or(atZero(op, x)) : point;
    }

    private static double atInfinity(UnaryOp op, boolean positive) {
        return switch (op) {
            case NEG -> positive ? -INF : INF;
            case ABS, SQUARE -> INF;
            case EXP, RELU, SOFTPLUS -> positive ? INF : 0;
            case LOG, LOG1P, SQRT -> positive ? INF : NAN;
            case RSQRT -> positive ? 0 : NAN;
            case RECIPROCAL -> 0;
            case SIN, COS -> NAN;
            case TANH, ERF, SIGN -> positive ? 1 : -1;
            case SIGMOID -> positive ? 1 : 0;
            case GELU -> positive ? INF : 0;
            case FLOOR, CEIL, ROUND -> positive ? INF : -INF;
        };
    }

    private static boolean outside(UnaryOp op, double x) {
        return switch (op) {
            case LOG, SQRT, RSQRT -> x < 0;
            case LOG1P -> x < -1;
            default -> false;
        };
    }

    private static boolean hasPole(UnaryOp op, double x) {
        return switch (op) {
            case LOG, RSQRT, RECIPROCAL -> x == 0;
            case LOG1P -> x == -1;
            default -> false;
        };
    }

    /** 1/-0 is the negative infinity, and 1/sqrt(-0), since the square root of -0 is -0. */
    private static double pole(UnaryOp op, double x) {
        boolean logarithm = op == UnaryOp.LOG || op == UnaryOp.LOG1P;
        return logarithm || 1 / x < 0 ? -INF : INF;
    }

    /** The value at a zero of x's sign. */
    private static double atZero(UnaryOp op, double x) {
        double zero = Math.copySign(0, x);
        return hasPole(op, zero) ? pole(op, zero) : exact(op, BigDecimal.ZERO).doubleValue();
    }

    private static BigDecimal exact(UnaryOp op, BigDecimal x) {
        return switch (op) {
            case NEG -> x.negate();
            case ABS -> x.abs();
            case EXP -> ExactMath.exp(x);
            case LOG -> ExactMath.log(x);
            case LOG1P -> ExactMath.log1p(x);
            case SQRT -> ExactMath.sqrt(x);
            case RSQRT -> ExactMath.reciprocal(ExactMath.sqrt(x));
            case SQUARE -> x.multiply(x);
            case RECIPROCAL -> ExactMath.reciprocal(x);
            case SIN -> ExactMath.sin(x);
            case COS -> ExactMath.cos(x);
            case TANH -> ExactMath.tanh(x);
            case SIGMOID -> ExactMath.sigmoid(x);
            case RELU -> x.max(BigDecimal.ZERO);
            case ERF -> ExactMath.erf(x);
            case GELU -> ExactMath.gelu(x);
            case SOFTPLUS -> ExactMath.softplus(x);
            case FLOOR -> x.setScale(0, RoundingMode.FLOOR);
            case CEIL -> x.setScale(0, RoundingMode.CEILING);
            case ROUND -> x.setScale(0, RoundingMode.HALF_EVEN);
            case SIGN -> BigDecimal.valueOf(x.signum());
        };
    }

    /**
     * Accepted error: what the OpenCL C specification (1.2, section 7.4, both types) grants a function, which is the widest that
     * backends are built upon, and for formulas of several functions the sum along them. docs/tolerances.md has the table.
     */
    static double ulps(UnaryOp op, double x) {
        return switch (op) {
            case NEG, ABS, RELU, FLOOR, CEIL, ROUND, SIGN -> 0;
            case SQUARE -> 1;
            case LOG1P -> 2;
            case EXP, LOG, SQRT, RECIPROCAL -> 3;
            case SIN, COS -> 4;
            case TANH -> 5;
            case RSQRT, SIGMOID, SOFTPLUS -> 8;
            case ERF -> 16;
            // erfc amplifies the rounding of x/sqrt 2 by x^2.
            case GELU -> 20 + (x < 0 ? 1.5 * x * x : 0);
        };
    }
}
