package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.ALL;
import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** Transfer, creation, casts, and everything that only moves elements. */
final class MovementCases {
    private MovementCases() {}

    static void add(CaseList cases) {
        for (int[] extents : new int[][] {{}, {1}, {31}, {4, 6, 13}, {33, 41}, {0, 3}}) {
            for (Operation transfer : new Operation[] {Operation.UPLOAD, Operation.DOWNLOAD}) {
                cases.one(
                        transfer,
                        text(extents),
                        ALL,
                        Accuracy.RELATIVE,
                        (ops, x) -> x[0],
                        Operand.uniform(extents).constant());
            }
            cases.one(
                    Operation.FULL,
                    text(extents),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.full(x[0].shape(), x[0].dtype(), 3),
                    Operand.uniform(extents).constant());
        }
        full(cases, "0.1", FLOATING, 0.1);
        full(cases, "NaN", FLOATING, Double.NaN);
        full(cases, "infinity", FLOATING, Double.NEGATIVE_INFINITY);
        full(cases, "with all bits of an int", EnumSet.of(DType.I32, DType.I64), (1 << 24) + 1);
        full(cases, "beyond ints", EnumSet.of(DType.I64), (1L << 40) + 1);
        casts(cases);
        views(cases);
        for (int[] axes : new int[][] {{0, 1, 2}, {2, 1, 0}, {0, 2, 1}, {1, 0, 2}, {-1, 0, 1}, {1, -1, 0}}) {
            permute(cases, axes, 4, 6, 13);
        }
        permute(cases, new int[] {}, new int[] {});
        permute(cases, new int[] {0, 3, 1, 2}, 2, 5, 6, 31);
        permute(cases, new int[] {1, 0}, 31, 207);
        permute(cases, new int[] {1, 0}, 0, 3);
        pads(cases);
        slices(cases);
        concats(cases);
        int[][][] broadcasts = {
            {{}, {4, 6}},
            {{13}, {3, 13}},
            {{6, 1}, {4, 6, 31}},
            {{5, 7}, {3, 5, 7}},
            {{41}, {33, 41}},
            {{1, 1}, {1, 1}},
            {{1}, {0}}
        };
        for (int[][] pair : broadcasts) {
            cases.one(
                    Operation.BROADCAST_TO,
                    text(pair[0]) + " to " + text(pair[1]),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.broadcastTo(x[0], Shape.of(pair[1])),
                    Operand.uniform(pair[0]));
        }
    }

    private static void full(CaseList cases, String variant, Set<DType> dtypes, double value) {
        cases.one(
                Operation.FULL,
                variant,
                dtypes,
                Accuracy.RELATIVE,
                (ops, x) -> ops.full(x[0].shape(), x[0].dtype(), value),
                Operand.uniform(3, 4).constant());
    }

    private static void casts(CaseList cases) {
        for (DType target : DType.values()) {
            // A cast to F32 rounds, which finite differences would see.
            Operand x = Operand.grid(-3, 3, 0.025, 3, 31);
            Operand ends = Operand.of(Shape.of(6), 0, 1, -1, 2.9, -2.9, 100).constant();
            cases.one(
                    Operation.CAST,
                    "to " + target,
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, in) -> ops.cast(in[0], target),
                    target == DType.F64 ? x : x.constant());
            for (int[] extents : new int[][] {{33, 41}, {0, 3}}) {
                cases.one(
                        Operation.CAST,
                        text(extents) + " to " + target,
                        ALL,
                        Accuracy.RELATIVE,
                        (ops, in) -> ops.cast(in[0], target),
                        Operand.uniform(extents).constant());
            }
            cases.one(
                    Operation.CAST,
                    "to " + target + " towards zero",
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, in) -> ops.cast(in[0], target),
                    ends);
        }
    }

    private static void views(CaseList cases) {
        int[][][] pairs = {{{4, 6, 13}, {24, 13}}, {{}, {1, 1}}, {{31}, {31, 1}}, {{0, 3}, {5, 0}}};
        for (int[][] pair : pairs) {
            cases.one(
                    Operation.RESHAPE,
                    text(pair[0]) + " to " + text(pair[1]),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.reshape(x[0], Shape.of(pair[1])),
                    Operand.uniform(pair[0]));
        }
        int[][] ranges = {{0, 6}, {2, 3}, {5, 1}, {3, 0}};
        for (int[] range : ranges) {
            cases.one(
                    Operation.NARROW,
                    "6x13 from " + range[0] + " by " + range[1],
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.narrow(x[0], range[0], range[1]),
                    Operand.uniform(6, 13));
        }
    }

    private static void permute(CaseList cases, int[] axes, int... extents) {
        cases.one(
                Operation.PERMUTE,
                text(extents) + " to " + Arrays.toString(axes),
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.permute(x[0], axes),
                Operand.uniform(extents));
    }

    private static void pads(CaseList cases) {
        pad(cases, new int[] {1, 0, 2}, new int[] {0, 3, 1}, 0, 4, 6, 13);
        pad(cases, new int[] {0, 1, 1, 0}, new int[] {0, 1, 1, 0}, -1, 2, 5, 6, 4);
        pad(cases, new int[] {0}, new int[] {0}, 0, 31);
        pad(cases, new int[] {}, new int[] {}, 7);
        pad(cases, new int[] {2, 0}, new int[] {1, 0}, 5, 0, 3);
        pad(cases, new int[] {0, 2}, new int[] {0, 1}, 5, 0, 3);
        pad(cases, new int[] {1, 1}, new int[] {0, 1}, 5, 33, 41);
    }

    private static void pad(CaseList cases, int[] before, int[] after, double value, int... extents) {
        cases.one(
                Operation.PAD,
                text(extents) + " by " + Arrays.toString(before) + " and " + Arrays.toString(after),
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.pad(x[0], before, after, value),
                CaseList.block(Operand.uniform(extents)));
    }

    private static void slices(CaseList cases) {
        slice(cases, new int[] {0, 0, 0}, new int[] {4, 6, 13}, new int[] {1, 1, 1});
        slice(cases, new int[] {1, 2, 3}, new int[] {3, 6, 12}, new int[] {1, 1, 1});
        slice(cases, new int[] {0, 1, 2}, new int[] {4, 6, 13}, new int[] {3, 2, 4});
        slice(cases, new int[] {0, 6, 0}, new int[] {4, 6, 13}, new int[] {1, 1, 1});
        slice(cases, new int[] {3, 0, 12}, new int[] {4, 1, 13}, new int[] {5, 7, 9});
        for (int[] shape : new int[][] {{5, 7}, {33, 41}, {0, 7}}) {
            cases.one(
                    Operation.SLICE_GRADIENT,
                    "everything of " + text(shape),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.sliceGradient(x[0], Shape.of(shape), new int[2], new int[] {1, 1}),
                    CaseList.block(Operand.uniform(shape)));
        }
    }

    /** On [4, 6, 13]. */
    private static void slice(CaseList cases, int[] starts, int[] ends, int[] steps) {
        String text = Arrays.toString(starts) + " to " + Arrays.toString(ends) + " by " + Arrays.toString(steps);
        cases.one(
                Operation.SLICE,
                text,
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.slice(x[0], starts, ends, steps),
                Operand.uniform(4, 6, 13));
        int[] extents = new int[3];
        for (int i = 0; i < 3; i++) {
            extents[i] = (ends[i] - starts[i] + steps[i] - 1) / steps[i];
        }
        cases.one(
                Operation.SLICE_GRADIENT,
                text,
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.sliceGradient(x[0], Shape.of(4, 6, 13), starts, steps),
                Operand.uniform(extents));
    }

    private static void concats(CaseList cases) {
        cases.one(
                Operation.CONCAT,
                "along 0, one empty",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.concat(0, x),
                Operand.uniform(4, 13),
                Operand.uniform(0, 13),
                Operand.uniform(1, 13));
        cases.one(
                Operation.SLICE,
                "all but the edges of 35x43",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.slice(x[0], new int[] {1, 1}, new int[] {34, 42}, new int[] {1, 1}),
                Operand.uniform(35, 43).constant());
        cases.one(
                Operation.CONCAT,
                "more than a block",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.concat(0, x),
                Operand.uniform(20, 41).constant(),
                Operand.uniform(13, 41).constant());
        cases.one(
                Operation.CONCAT,
                "of nothing",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.concat(1, x),
                Operand.uniform(0, 4),
                Operand.uniform(0, 13));
        cases.one(
                Operation.CONCAT,
                "along 1",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.concat(1, x),
                Operand.uniform(4, 6, 5),
                Operand.uniform(4, 1, 5),
                Operand.uniform(4, 13, 5));
        cases.one(
                Operation.CONCAT,
                "along -1",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.concat(-1, x),
                Operand.uniform(4, 6, 1),
                Operand.uniform(4, 6, 31));
        cases.one(
                Operation.CONCAT, "of one", ALL, Accuracy.RELATIVE, (ops, x) -> ops.concat(0, x), Operand.uniform(31));
        cases.one(
                Operation.CONCAT,
                "of one tensor twice",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.concat(0, new Tensor[] {x[0], x[0]}),
                Operand.uniform(3, 4));
    }
}
