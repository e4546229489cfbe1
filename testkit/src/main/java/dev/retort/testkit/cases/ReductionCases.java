package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.NUMBERS;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.Arrays;
import java.util.Set;

/** Reductions, argument of the extreme, running sums. */
final class ReductionCases {
    private ReductionCases() {}

    static void add(CaseList cases) {
        for (ReduceOp op : ReduceOp.values()) {
            reduce(cases, op, new int[] {}, new int[] {}, false);
            reduce(cases, op, new int[] {1}, new int[] {0}, false);
            reduce(cases, op, new int[] {207}, new int[] {}, false);
            reduce(cases, op, new int[] {4099}, new int[] {-1}, true);
            for (int[] axes : new int[][] {{}, {0}, {1}, {2}, {0, 1}, {-1, 0}, {1, 2}, {2, 0, 1}}) {
                reduce(cases, op, new int[] {4, 6, 13}, axes, axes.length == 1);
            }
            reduce(cases, op, new int[] {31, 1, 5, 6}, new int[] {0, 2}, false);
            reduce(cases, op, new int[] {2, 33, 41}, new int[] {0}, false);
            reduce(cases, op, new int[] {3, 0}, new int[] {0}, false);
            boolean sums = op == ReduceOp.SUM || op == ReduceOp.MEAN;
            if (sums) {
                reduce(cases, op, new int[] {0, 3}, new int[] {0}, true);
            }
            double infinite = sums ? 1 : Double.NEGATIVE_INFINITY;
            cases.one(
                    Operation.REDUCE,
                    op + " of NaN and infinity",
                    FLOATING,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.reduce(op, x[0], new int[] {1}, false),
                    Operand.of(
                                    Shape.of(3, 3),
                                    1,
                                    Double.NaN,
                                    2,
                                    infinite,
                                    Double.POSITIVE_INFINITY,
                                    3,
                                    Double.NEGATIVE_INFINITY,
                                    Double.NEGATIVE_INFINITY,
                                    -1)
                            .constant());
        }
        for (boolean largest : new boolean[] {true, false}) {
            arg(cases, largest, 0, 13);
            arg(cases, largest, 1, 4, 6, 13);
            arg(cases, largest, -1, 4, 6, 31);
            arg(cases, largest, 0, 207, 3);
            arg(cases, largest, 0, 2, 33, 41);
            arg(cases, largest, 0, 2, 0);
            cases.one(
                    Operation.ARG_REDUCE,
                    (largest ? "largest" : "smallest") + ", ties",
                    NUMBERS,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.argReduce(largest, x[0], -1),
                    Operand.of(Shape.of(3, 6), 1, 3, 3, 0, 0, 3, 2, 2, 2, 2, 2, 2, -1, -5, -5, -1, -3, -1)
                            .constant());
        }
        cumsum(cases, 0, 207);
        cumsum(cases, 0, 6, 13);
        cumsum(cases, -1, 4, 6, 31);
        cumsum(cases, 1, 4, 6, 5);
        cumsum(cases, 1, 5, 300);
        cumsum(cases, 0, 0, 3);
    }

    private static void reduce(CaseList cases, ReduceOp op, int[] extents, int[] axes, boolean keepDims) {
        Set<DType> dtypes = op == ReduceOp.MEAN ? FLOATING : NUMBERS;
        boolean sums = op == ReduceOp.SUM || op == ReduceOp.MEAN;
        Shape shape = Shape.of(extents);
        long length = shape.size() / Math.max(1, shape.reduce(axes, false).size());
        cases.one(
                Operation.REDUCE,
                op + " " + text(extents) + " over " + Arrays.toString(axes) + (keepDims ? ", kept" : ""),
                dtypes,
                op == ReduceOp.SUM
                        ? Accuracy.sum(length)
                        : op == ReduceOp.MEAN ? Accuracy.ELEMENTWISE : Accuracy.RELATIVE,
                (ops, x) -> ops.reduce(op, x[0], axes, keepDims),
                operand(sums, shape));
    }

    private static Operand operand(boolean sums, Shape shape) {
        int[] extents = shape.toArray();
        Operand x = sums || shape.size() == 0 ? Operand.uniform(extents) : Operand.distinct(extents);
        return shape.rank() > 1 ? CaseList.block(x) : x;
    }

    private static void arg(CaseList cases, boolean largest, int axis, int... extents) {
        cases.one(
                Operation.ARG_REDUCE,
                (largest ? "largest" : "smallest") + " of " + text(extents) + " along " + axis,
                NUMBERS,
                Accuracy.RELATIVE,
                (ops, x) -> ops.argReduce(largest, x[0], axis),
                Operand.uniform(extents).constant());
    }

    private static void cumsum(CaseList cases, int axis, int... extents) {
        cases.one(
                Operation.CUMSUM,
                text(extents) + " along " + axis,
                NUMBERS,
                Accuracy.sum(extents[axis < 0 ? axis + extents.length : axis]),
                (ops, x) -> ops.cumsum(x[0], axis),
                CaseList.block(Operand.uniform(extents)));
    }
}
