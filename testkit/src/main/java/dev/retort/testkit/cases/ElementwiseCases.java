package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.ALL;
import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.NUMBERS;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.UnaryOp;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.EnumSet;
import java.util.Set;

/** Unary, binary, comparison, logic, where, clamp. */
final class ElementwiseCases {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double[] SPECIAL = {
        NAN, INF, -INF, 0, -0.0, 0.5, -0.5, 1, -1, 2.5, -2.5, 1e-30, -1e-30, 88, -88
    };
    private static final double[] HUGE = {1e30, -1e30, 3e18, -3e18, 16777217, -0.49999997};

    private ElementwiseCases() {}

    static void add(CaseList cases) {
        for (UnaryOp op : UnaryOp.values()) {
            unary(cases, op);
        }
        for (BinaryOp op : BinaryOp.values()) {
            binary(cases, op);
        }
        for (CompareOp op : CompareOp.values()) {
            compare(cases, op);
        }
        for (LogicalOp op : LogicalOp.values()) {
            for (int[] extents : new int[][] {{}, {4}, {13}, {4, 31}, {207}, {33, 41}, {0, 3}}) {
                logical(cases, op, extents, extents);
            }
            logical(cases, op, new int[] {4, 1, 13}, new int[] {6, 1});
            logical(cases, op, new int[] {13}, new int[] {});
        }
        where(cases);
        clamp(cases);
    }

    private static void unary(CaseList cases, UnaryOp op) {
        for (int[] extents : new int[][] {{}, {1}, {4}, {13}, {3, 31}, {207}, {33, 41}, {0, 3}}) {
            cases.one(
                    Operation.UNARY,
                    op + " " + text(extents),
                    FLOATING,
                    Accuracy.ELEMENTWISE,
                    (ops, x) -> ops.unary(op, x[0]),
                    CaseList.block(domain(op, extents)));
        }
        Accuracy special = op == UnaryOp.GELU ? new Accuracy(1, 8) : Accuracy.ELEMENTWISE;
        values(cases, op, "special values", special, SPECIAL);
        if (!EnumSet.of(UnaryOp.SIN, UnaryOp.COS).contains(op)) {
            values(cases, op, "huge values", special, HUGE);
        }
        if (EnumSet.of(UnaryOp.EXP, UnaryOp.SIGMOID, UnaryOp.SOFTPLUS, UnaryOp.TANH)
                .contains(op)) {
            wide(cases, op, Operand.between(-80, 80, 207));
        }
        if (EnumSet.of(UnaryOp.LOG, UnaryOp.SQRT, UnaryOp.RSQRT, UnaryOp.RECIPROCAL)
                .contains(op)) {
            wide(cases, op, Operand.between(1e-6, 1e6, 207));
        }
    }

    private static Operand domain(UnaryOp op, int... extents) {
        return switch (op) {
            case LOG, SQRT, RSQRT, RECIPROCAL -> Operand.between(0.25, 3, extents);
            case LOG1P -> Operand.between(-0.75, 3, extents);
            case ABS, RELU -> Operand.grid(-3, 3, 0.025, extents);
            case FLOOR, CEIL, ROUND, SIGN -> Operand.grid(-3, 3, 0.025, extents);
            default -> Operand.between(-3, 3, extents);
        };
    }

    private static void values(CaseList cases, UnaryOp op, String variant, Accuracy accuracy, double[] values) {
        cases.one(
                Operation.UNARY,
                op + " " + variant,
                FLOATING,
                accuracy,
                (ops, x) -> ops.unary(op, x[0]),
                // -inf*0 is NaN or 0 as the formula goes: not asked.
                Operand.of(Shape.of(values.length), values(op, values)).constant());
    }

    private static double[] values(UnaryOp op, double[] values) {
        double[] own = values.clone();
        for (int i = 0; i < own.length; i++) {
            if (op == UnaryOp.GELU && own[i] < -100) {
                own[i] = -100;
            }
        }
        return own;
    }

    private static void wide(CaseList cases, UnaryOp op, Operand x) {
        cases.one(
                Operation.UNARY,
                op + " wide range",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, in) -> ops.unary(op, in[0]),
                x.constant());
    }

    private static void binary(CaseList cases, BinaryOp op) {
        int[][][] shapes = {
            {{}, {}},
            {{13}, {13}},
            {{3, 31}, {3, 31}},
            {{207}, {}},
            {{}, {4, 6}},
            {{4, 6, 13}, {13}},
            {{6, 1}, {1, 31}},
            {{4, 1, 13}, {6, 1}},
            {{2, 3, 1, 6}, {3, 4, 1}},
            {{33, 41}, {33, 41}},
            {{0, 3}, {3}},
            {{4, 1}, {4, 0}},
        };
        Set<DType> dtypes = op == BinaryOp.POW ? FLOATING : NUMBERS;
        for (int[][] pair : shapes) {
            cases.one(
                    Operation.BINARY,
                    op + " " + text(pair[0]) + " " + text(pair[1]),
                    dtypes,
                    Accuracy.ELEMENTWISE,
                    (ops, x) -> ops.binary(op, x[0], x[1]),
                    CaseList.block(left(op, pair[0])),
                    CaseList.block(right(op, pair[1])));
        }
        double[] special = op == BinaryOp.POW
                ? new double[] {0, -0.0, 1, 2, -2, 3, -3, 2.5, -2.5, 0.5}
                : new double[] {NAN, INF, -INF, 0, -0.0, 1, -2.5, 1e30, -1e30, 1e-30};
        cases.one(
                Operation.BINARY,
                op + " special values",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.binary(op, x[0], x[1]),
                Operand.of(Shape.of(special.length, 1), special).constant(),
                Operand.of(Shape.of(special.length), special).constant());
        if (op == BinaryOp.POW) {
            cases.one(
                    Operation.BINARY,
                    "POW of negative numbers",
                    FLOATING,
                    Accuracy.ELEMENTWISE,
                    (ops, x) -> ops.binary(op, x[0], CaseList.scalar(ops, x[0], 3)),
                    Operand.between(-2, -0.5, 13));
        }
    }

    private static Operand left(BinaryOp op, int... extents) {
        return op == BinaryOp.POW ? Operand.between(0.25, 3, extents) : Operand.grid(-3, 3, 0, extents);
    }

    /** Divisors in both signs, away from 0; for MAX and MIN never a tie with {@link #left}. */
    private static Operand right(BinaryOp op, int... extents) {
        if (op == BinaryOp.DIV) {
            Operand size = Operand.between(0.5, 3, extents);
            Operand.Values signed = (random, i) -> size.values().draw(random, i) * (random.nextBoolean() ? 1 : -1);
            return new Operand(size.shape(), null, true, false, signed);
        }
        return op == BinaryOp.POW ? Operand.between(-2, 3, extents) : Operand.grid(-3, 3, 0.025, extents);
    }

    private static void compare(CaseList cases, CompareOp op) {
        Set<DType> dtypes = op == CompareOp.EQ || op == CompareOp.NE ? ALL : NUMBERS;
        int[][][] shapes = {
            {{}, {}},
            {{4}, {4}},
            {{13}, {13}},
            {{3, 31}, {3, 31}},
            {{4, 1, 13}, {6, 1}},
            {{207}, {}},
            {{}, {5}},
            {{33, 41}, {33, 41}},
            {{0, 3}, {3}}
        };
        for (int[][] pair : shapes) {
            cases.one(
                    Operation.COMPARE,
                    op + " " + text(pair[0]) + " " + text(pair[1]),
                    dtypes,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.compare(op, x[0], x[1]),
                    Operand.grid(-0.5, 0.5, 0, pair[0]).constant(),
                    Operand.grid(-0.5, 0.5, 0, pair[1]).constant());
        }
        double[] special = {NAN, INF, -INF, 0, -0.0, 1};
        cases.one(
                Operation.COMPARE,
                op + " special values",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.compare(op, x[0], x[1]),
                Operand.of(Shape.of(special.length, 1), special).constant(),
                Operand.of(Shape.of(special.length), special).constant());
    }

    private static void logical(CaseList cases, LogicalOp op, int[] a, int[] b) {
        cases.one(
                Operation.LOGICAL,
                op + " " + text(a) + " " + text(b),
                Set.of(DType.BOOL),
                Accuracy.RELATIVE,
                (ops, x) -> ops.logical(op, x[0], x[1]),
                Operand.mask(a),
                Operand.mask(b));
    }

    private static void where(CaseList cases) {
        int[][][] shapes = {
            {{}, {}, {}},
            {{3, 31}, {3, 31}, {3, 31}},
            {{4, 1}, {6}, {}},
            {{13}, {4, 1, 1}, {6, 13}},
            {{207}, {207}, {}},
            {{33, 41}, {33, 41}, {33, 41}},
            {{0}, {}, {1}},
        };
        for (int[][] triple : shapes) {
            cases.one(
                    Operation.WHERE,
                    text(triple[0]) + " " + text(triple[1]) + " " + text(triple[2]),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.where(x[0], x[1], x[2]),
                    Operand.mask(triple[0]),
                    CaseList.block(Operand.uniform(triple[1])),
                    CaseList.block(Operand.uniform(triple[2])));
        }
        cases.one(
                Operation.WHERE,
                "leaves NaN where it was not chosen",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.where(x[0], x[1], x[2]),
                Operand.of(Shape.of(4), 1, 0, 1, 0).as(DType.BOOL),
                Operand.of(Shape.of(4), 1, NAN, NAN, INF).constant(),
                Operand.of(Shape.of(4), NAN, 2, INF, 4).constant());
    }

    private static void clamp(CaseList cases) {
        double[][] bounds = {{-1, 1.5}, {-INF, 0.5}, {0, INF}, {1, 1}};
        for (double[] bound : bounds) {
            cases.one(
                    Operation.CLAMP,
                    bound[0] + " to " + bound[1],
                    NUMBERS,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.clamp(x[0], bound[0], bound[1]),
                    Operand.grid(-3, 3, 0.025, 3, 31));
        }
        for (int[] extents : new int[][] {{33, 41}, {0, 3}}) {
            cases.one(
                    Operation.CLAMP,
                    text(extents),
                    NUMBERS,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.clamp(x[0], -1, 1),
                    CaseList.block(Operand.grid(-3, 3, 0.025, extents)));
        }
        cases.one(
                Operation.CLAMP,
                "special values",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.clamp(x[0], -1, 1),
                Operand.of(Shape.of(5), NAN, INF, -INF, 1, -0.5).constant());
        // 0 is larger than -0, as for MAX and MIN: seen in the sign of 1/0. Whole vectors and a rest.
        double[] zeros = new double[37];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = i % 3 == 0 ? -0.0 : i % 3 == 1 ? 0.0 : 2;
        }
        for (double[] bound : new double[][] {{0, INF}, {-0.0, INF}, {-INF, 0}, {-INF, -0.0}}) {
            cases.one(
                    Operation.CLAMP,
                    "signs of zeros from " + bound[0] + " to " + bound[1],
                    FLOATING,
                    Accuracy.RELATIVE,
                    (ops, x) -> CaseList.scalar(ops, x[0], 1).div(ops.clamp(x[0], bound[0], bound[1])),
                    Operand.of(Shape.of(zeros.length), zeros).constant());
        }
    }
}
