package dev.retort.testkit.conformance.known;

import static dev.retort.testkit.conformance.known.HandVector.row;
import static dev.retort.testkit.conformance.known.HandVector.shaped;

import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.DType;
import dev.retort.tensor.LogicalOp;
import dev.retort.tensor.Operation;
import dev.retort.testkit.conformance.known.HandVector.Numbers;
import java.util.List;

/** Elementwise operations of integers and truth values: signs of both operands, numbers beyond floats and doubles, and overflow. */
final class KnownIntegers {
    private static final List<DType> INTEGERS = List.of(DType.I32, DType.I64);
    private static final List<DType> I32 = List.of(DType.I32);
    private static final List<DType> I64 = List.of(DType.I64);
    private static final List<DType> BOOL = List.of(DType.BOOL);

    /** 2^31 - 1, and -2^31. */
    private static final long INT_MAX = 2147483647L;

    private static final long INT_MIN = -2147483648L;
    /** 2^63 - 1, and -2^63. */
    private static final long LONG_MAX = 9223372036854775807L;

    private static final long LONG_MIN = -9223372036854775808L;
    /** 2^24 + 1 and 2^53 + 1, the first whole numbers that no float and no double holds. */
    private static final long BEYOND_FLOAT = 16777217;

    private static final long BEYOND_DOUBLE = 9007199254740993L;

    private static final Numbers LEFT = row(7, -7, 7, -7, 0, 6, -6, 1, -1, 5);
    private static final Numbers RIGHT = row(2, 2, -2, -2, 5, 3, 3, 2, 2, 5);

    private KnownIntegers() {}

    static void add(List<KnownCase> cases) {
        arithmetic(cases);
        comparisons(cases);
        choices(cases);
    }

    private static void arithmetic(List<KnownCase> cases) {
        binary(cases, BinaryOp.ADD, INTEGERS, LEFT, RIGHT, row(9, -5, 5, -9, 5, 9, -3, 3, 1, 10));
        binary(cases, BinaryOp.SUB, INTEGERS, LEFT, RIGHT, row(5, -9, 9, -5, -5, 3, -9, -1, -3, 0));
        binary(cases, BinaryOp.MUL, INTEGERS, LEFT, RIGHT, row(14, -14, -14, 14, 0, 18, -18, 2, -2, 25));
        // Rounded down, not towards zero.
        binary(cases, BinaryOp.DIV, INTEGERS, LEFT, RIGHT, row(3, -4, -4, 3, 0, 2, -2, 0, -1, 1));
        binary(cases, BinaryOp.MAX, INTEGERS, LEFT, RIGHT, row(7, 2, 7, -2, 5, 6, 3, 2, 2, 5));
        binary(cases, BinaryOp.MIN, INTEGERS, LEFT, RIGHT, row(2, -7, -2, -7, 0, 3, -6, 1, -1, 5));
        binary(
                cases,
                BinaryOp.SUB,
                INTEGERS,
                shaped(new int[] {2, 1}, 10, 20),
                row(1, 2, 3),
                shaped(new int[] {2, 3}, 9, 8, 7, 19, 18, 17));

        Numbers narrow = row(INT_MAX, INT_MIN, BEYOND_FLOAT, INT_MAX, 65536);
        Numbers other = row(1, -1, BEYOND_FLOAT - 1, INT_MAX - 1, 65536);
        binary(cases, BinaryOp.ADD, I32, narrow, other, row(INT_MIN, INT_MAX, 33554433, -3, 131072));
        binary(cases, BinaryOp.SUB, I32, narrow, other, row(INT_MAX - 1, -INT_MAX, 1, 1, 0));
        // 16777217*16777216 = 65536*2^32 + 16777216; (2^31 - 1)(2^31 - 2) = 2^32(2^30 - 2) + 2^31 + 2.
        binary(cases, BinaryOp.MUL, I32, narrow, other, row(INT_MAX, INT_MIN, 16777216, INT_MIN + 2, 0));
        binary(cases, BinaryOp.DIV, I32, narrow, other, row(INT_MAX, INT_MIN, 1, 1, 1));
        binary(cases, BinaryOp.MAX, I32, narrow, other, row(INT_MAX, -1, BEYOND_FLOAT, INT_MAX, 65536));
        binary(cases, BinaryOp.MIN, I32, narrow, other, row(1, INT_MIN, BEYOND_FLOAT - 1, INT_MAX - 1, 65536));

        Numbers wide = row(LONG_MAX, LONG_MIN, BEYOND_DOUBLE, LONG_MAX, 4294967296L, -BEYOND_DOUBLE);
        Numbers wider = row(1, -1, BEYOND_DOUBLE - 1, LONG_MAX - 1, 4294967296L, 2);
        binary(
                cases,
                BinaryOp.ADD,
                I64,
                wide,
                wider,
                row(LONG_MIN, LONG_MAX, 18014398509481985L, -3, 8589934592L, -9007199254740991L));
        binary(cases, BinaryOp.SUB, I64, wide, wider, row(LONG_MAX - 1, -LONG_MAX, 1, 1, 0, -9007199254740995L));
        // (2^53 + 1)2^53 = 2^42*2^64 + 2^53; (2^63 - 1)(2^63 - 2) = 2^64(2^62 - 2) + 2^63 + 2.
        binary(
                cases,
                BinaryOp.MUL,
                I64,
                wide,
                wider,
                row(LONG_MAX, LONG_MIN, 9007199254740992L, LONG_MIN + 2, 0, -18014398509481986L));
        binary(cases, BinaryOp.DIV, I64, wide, wider, row(LONG_MAX, LONG_MIN, 1, 1, 1, -4503599627370497L));
        binary(cases, BinaryOp.MAX, I64, wide, wider, row(LONG_MAX, -1, BEYOND_DOUBLE, LONG_MAX, 4294967296L, 2));
        binary(
                cases,
                BinaryOp.MIN,
                I64,
                wide,
                wider,
                row(1, LONG_MIN, BEYOND_DOUBLE - 1, LONG_MAX - 1, 4294967296L, -BEYOND_DOUBLE));
    }

    private static void binary(
            List<KnownCase> cases, BinaryOp op, List<DType> dtypes, Numbers a, Numbers b, Numbers expected) {
        HandVector.add(
                cases,
                Operation.BINARY,
                op + " of " + a.values().length,
                dtypes,
                null,
                expected,
                (ops, dtype) -> ops.binary(op, a.upload(ops, dtype), b.upload(ops, dtype)));
    }

    private static void comparisons(List<KnownCase> cases) {
        Numbers a = row(1, 2, 3, -1, -5, 0);
        Numbers b = row(2, 2, 2, -1, 5, -1);
        compare(cases, INTEGERS, a, b, row(0, 1, 0, 1, 0, 0), row(1, 0, 0, 0, 1, 0));
        Numbers floats = row(BEYOND_FLOAT, BEYOND_FLOAT - 1, INT_MAX, INT_MIN);
        Numbers floatsToo = row(BEYOND_FLOAT - 1, BEYOND_FLOAT, INT_MAX - 1, INT_MIN);
        compare(cases, I32, floats, floatsToo, row(0, 0, 0, 1), row(0, 1, 0, 0));
        Numbers doubles = row(BEYOND_DOUBLE, BEYOND_DOUBLE - 1, LONG_MAX, LONG_MIN, 4294967297L);
        Numbers doublesToo = row(BEYOND_DOUBLE - 1, BEYOND_DOUBLE, LONG_MAX - 1, LONG_MIN, 1);
        compare(cases, I64, doubles, doublesToo, row(0, 0, 0, 1, 0), row(0, 1, 0, 0, 0));

        Numbers p = row(1, 1, 0, 0);
        Numbers q = row(1, 0, 1, 0);
        compare(cases, BOOL, CompareOp.EQ, p, q, row(1, 0, 0, 1));
        compare(cases, BOOL, CompareOp.NE, p, q, row(0, 1, 1, 0));
        logical(cases, LogicalOp.AND, p, q, row(1, 0, 0, 0));
        logical(cases, LogicalOp.OR, p, q, row(1, 1, 1, 0));
        logical(cases, LogicalOp.XOR, p, q, row(0, 1, 1, 0));
    }

    /** All six, out of where a = b and where a < b. */
    private static void compare(
            List<KnownCase> cases, List<DType> dtypes, Numbers a, Numbers b, Numbers equal, Numbers less) {
        long[] e = equal.values();
        long[] l = less.values();
        long[] greater = new long[e.length];
        long[] notEqual = new long[e.length];
        long[] lessOrEqual = new long[e.length];
        long[] greaterOrEqual = new long[e.length];
        for (int i = 0; i < e.length; i++) {
            greater[i] = 1 - e[i] - l[i];
            notEqual[i] = 1 - e[i];
            lessOrEqual[i] = e[i] + l[i];
            greaterOrEqual[i] = 1 - l[i];
        }
        compare(cases, dtypes, CompareOp.EQ, a, b, equal);
        compare(cases, dtypes, CompareOp.NE, a, b, row(notEqual));
        compare(cases, dtypes, CompareOp.LT, a, b, less);
        compare(cases, dtypes, CompareOp.LE, a, b, row(lessOrEqual));
        compare(cases, dtypes, CompareOp.GT, a, b, row(greater));
        compare(cases, dtypes, CompareOp.GE, a, b, row(greaterOrEqual));
    }

    private static void compare(
            List<KnownCase> cases, List<DType> dtypes, CompareOp op, Numbers a, Numbers b, Numbers expected) {
        HandVector.add(
                cases,
                Operation.COMPARE,
                op + " of " + a.values().length,
                dtypes,
                DType.BOOL,
                expected,
                (ops, dtype) -> ops.compare(op, a.upload(ops, dtype), b.upload(ops, dtype)));
    }

    private static void logical(List<KnownCase> cases, LogicalOp op, Numbers a, Numbers b, Numbers expected) {
        HandVector.add(
                cases,
                Operation.LOGICAL,
                op.name(),
                BOOL,
                null,
                expected,
                (ops, dtype) -> ops.logical(op, a.upload(ops, dtype), b.upload(ops, dtype)));
    }

    private static void choices(List<KnownCase> cases) {
        Numbers condition = row(1, 0, 0, 1);
        where(
                cases,
                I32,
                condition,
                row(INT_MAX, 1, 2, BEYOND_FLOAT),
                row(5, INT_MIN, -6, 7),
                row(INT_MAX, INT_MIN, -6, BEYOND_FLOAT));
        where(
                cases,
                I64,
                condition,
                row(LONG_MAX, 1, 2, BEYOND_DOUBLE),
                row(5, LONG_MIN, -BEYOND_DOUBLE, 7),
                row(LONG_MAX, LONG_MIN, -BEYOND_DOUBLE, BEYOND_DOUBLE));
        where(cases, BOOL, condition, row(0, 0, 1, 1), row(1, 1, 0, 0), row(0, 1, 0, 1));
        // A column of conditions, a row and a single element.
        where(
                cases,
                INTEGERS,
                shaped(new int[] {2, 1}, 0, 1),
                row(1, 2, 3),
                shaped(new int[0], 9),
                shaped(new int[] {2, 3}, 9, 9, 9, 1, 2, 3));

        clamp(cases, INTEGERS, row(7, -7, 5, -3, 0, 4), -3, 5, row(5, -3, 5, -3, 0, 4));
        clamp(cases, INTEGERS, row(7, -7, 0), Double.NEGATIVE_INFINITY, 2, row(2, -7, 0));
        clamp(cases, I32, row(BEYOND_FLOAT, INT_MAX, INT_MIN), -10, INT_MAX, row(BEYOND_FLOAT, INT_MAX, -10));
        clamp(
                cases,
                I64,
                row(BEYOND_DOUBLE, -BEYOND_DOUBLE, LONG_MIN),
                -0x1p60,
                Double.POSITIVE_INFINITY,
                row(BEYOND_DOUBLE, -BEYOND_DOUBLE, -1152921504606846976L));
    }

    private static void where(
            List<KnownCase> cases, List<DType> dtypes, Numbers condition, Numbers a, Numbers b, Numbers expected) {
        HandVector.add(
                cases,
                Operation.WHERE,
                "of " + expected.values().length,
                dtypes,
                null,
                expected,
                (ops, dtype) ->
                        ops.where(condition.upload(ops, DType.BOOL), a.upload(ops, dtype), b.upload(ops, dtype)));
    }

    private static void clamp(
            List<KnownCase> cases, List<DType> dtypes, Numbers x, double low, double high, Numbers expected) {
        HandVector.add(
                cases,
                Operation.CLAMP,
                low + " to " + high,
                dtypes,
                null,
                expected,
                (ops, dtype) -> ops.clamp(x.upload(ops, dtype), low, high));
    }
}
