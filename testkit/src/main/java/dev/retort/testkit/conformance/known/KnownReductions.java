package dev.retort.testkit.conformance.known;

import static dev.retort.testkit.conformance.known.HandVector.row;
import static dev.retort.testkit.conformance.known.HandVector.shaped;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.ReduceOp;
import dev.retort.testkit.conformance.known.HandVector.Numbers;
import java.util.List;

/** Reductions, places of extremes, running sums and orders of small whole numbers in every type, and of integers beyond doubles. */
final class KnownReductions {
    private static final List<DType> NUMBERS = List.of(DType.F32, DType.F64, DType.I32, DType.I64);
    private static final List<DType> I64 = List.of(DType.I64);
    private static final List<DType> I32 = List.of(DType.I32);
    private static final long BEYOND_DOUBLE = 9007199254740993L;
    /** 2 x 3 x 2. */
    private static final Numbers CUBE = shaped(new int[] {2, 3, 2}, 4, -1, 0, 7, 4, 7, -5, 2, 9, 2, -5, 3);

    private KnownReductions() {}

    static void add(List<KnownCase> cases) {
        reduce(cases, NUMBERS, ReduceOp.SUM, CUBE, new int[] {}, shaped(new int[0], 27));
        reduce(cases, NUMBERS, ReduceOp.SUM, CUBE, new int[] {1}, shaped(new int[] {2, 2}, 8, 13, -1, 7));
        reduce(cases, NUMBERS, ReduceOp.SUM, CUBE, new int[] {0, 2}, row(0, 18, 9));
        reduce(cases, NUMBERS, ReduceOp.MAX, CUBE, new int[] {0}, shaped(new int[] {3, 2}, 4, 2, 9, 7, 4, 7));
        reduce(cases, NUMBERS, ReduceOp.MAX, CUBE, new int[] {1, 2}, row(7, 9));
        reduce(cases, NUMBERS, ReduceOp.MIN, CUBE, new int[] {-1}, shaped(new int[] {2, 3}, -1, 0, 4, -5, 2, -5));
        reduce(cases, NUMBERS, ReduceOp.MIN, CUBE, new int[] {}, shaped(new int[0], -5));
        reduce(
                cases,
                List.of(DType.F32, DType.F64),
                ReduceOp.MEAN,
                shaped(new int[] {2, 2}, 4, 8, -2, 6),
                new int[] {1},
                row(6, 2));
        // Beyond doubles, and around.
        Numbers wide = row(BEYOND_DOUBLE, 1, BEYOND_DOUBLE - 1, -3);
        reduce(cases, I64, ReduceOp.SUM, wide, new int[] {}, shaped(new int[0], 18014398509481983L));
        reduce(cases, I64, ReduceOp.MAX, wide, new int[] {}, shaped(new int[0], BEYOND_DOUBLE));
        reduce(
                cases,
                I64,
                ReduceOp.MIN,
                row(-BEYOND_DOUBLE, -BEYOND_DOUBLE + 1),
                new int[] {},
                shaped(new int[0], -BEYOND_DOUBLE));
        reduce(cases, I32, ReduceOp.SUM, row(2147483647, 1, 16777217), new int[] {}, shaped(new int[0], -2130706431L));

        // The first of equal ones.
        places(cases, NUMBERS, true, CUBE, 1, shaped(new int[] {2, 2}, 0, 1, 1, 2));
        places(cases, NUMBERS, false, CUBE, 1, shaped(new int[] {2, 2}, 1, 0, 0, 0));
        places(cases, NUMBERS, true, CUBE, -1, shaped(new int[] {2, 3}, 0, 1, 1, 1, 0, 1));
        places(cases, NUMBERS, false, CUBE, 0, shaped(new int[] {3, 2}, 1, 0, 0, 1, 1, 1));
        places(cases, I64, true, wide, 0, shaped(new int[0], 0));
        places(cases, I64, false, row(BEYOND_DOUBLE, BEYOND_DOUBLE - 1), 0, shaped(new int[0], 1));

        cumsum(cases, NUMBERS, CUBE, 1, shaped(new int[] {2, 3, 2}, 4, -1, 4, 6, 8, 13, -5, 2, 4, 4, -1, 7));
        cumsum(cases, NUMBERS, CUBE, 0, shaped(new int[] {2, 3, 2}, 4, -1, 0, 7, 4, 7, -1, 1, 9, 9, -1, 10));
        cumsum(cases, I64, wide, 0, row(BEYOND_DOUBLE, BEYOND_DOUBLE + 1, 18014398509481986L, 18014398509481983L));
        cumsum(cases, I32, row(2147483647, 1, 16777217), 0, row(2147483647, -2147483648L, -2130706431L));

        sort(cases, NUMBERS, row(3, -1, 3, 0, -1), 0, false, row(1, 4, 3, 0, 2));
        sort(cases, NUMBERS, row(3, -1, 3, 0, -1), 0, true, row(0, 2, 3, 1, 4));
        sort(
                cases,
                NUMBERS,
                shaped(new int[] {3, 2}, 2, 0, 1, 5, 3, 4),
                0,
                false,
                shaped(new int[] {3, 2}, 1, 0, 0, 2, 2, 1));
        sort(cases, I64, row(BEYOND_DOUBLE, BEYOND_DOUBLE - 1, BEYOND_DOUBLE), 0, false, row(1, 0, 2));
    }

    private static void reduce(
            List<KnownCase> cases, List<DType> dtypes, ReduceOp op, Numbers x, int[] axes, Numbers expected) {
        HandVector.add(
                cases,
                Operation.REDUCE,
                op + " of " + x.values().length + " over " + axes.length + " axes to " + expected.values().length,
                dtypes,
                null,
                expected,
                (ops, dtype) -> ops.reduce(op, x.upload(ops, dtype), axes, false));
    }

    private static void places(
            List<KnownCase> cases, List<DType> dtypes, boolean largest, Numbers x, int axis, Numbers expected) {
        HandVector.add(
                cases,
                Operation.ARG_REDUCE,
                (largest ? "largest" : "smallest") + " of " + x.values().length + " along " + axis,
                dtypes,
                DType.I64,
                expected,
                (ops, dtype) -> ops.argReduce(largest, x.upload(ops, dtype), axis));
    }

    private static void cumsum(List<KnownCase> cases, List<DType> dtypes, Numbers x, int axis, Numbers expected) {
        HandVector.add(
                cases,
                Operation.CUMSUM,
                x.values().length + " along " + axis,
                dtypes,
                null,
                expected,
                (ops, dtype) -> ops.cumsum(x.upload(ops, dtype), axis));
    }

    private static void sort(
            List<KnownCase> cases, List<DType> dtypes, Numbers x, int axis, boolean descending, Numbers expected) {
        HandVector.add(
                cases,
                Operation.ARG_SORT,
                x.values().length + (descending ? " descending" : " ascending"),
                dtypes,
                DType.I64,
                expected,
                (ops, dtype) -> ops.argSort(x.upload(ops, dtype), axis, descending));
    }
}
