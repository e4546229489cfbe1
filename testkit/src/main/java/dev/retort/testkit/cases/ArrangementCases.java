package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.ALL;
import static dev.retort.testkit.cases.CaseList.NUMBERS;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;

/** Composed operations that make and arrange: tensors from values, one-hot, axes put in and taken out, stack, split, flip, repeat. */
final class ArrangementCases {
    private ArrangementCases() {}

    static void add(CaseList cases) {
        creation(cases);
        axes(cases);
        stacks(cases);
        splits(cases);
        flip(cases, new int[] {}, 4, 6, 5);
        flip(cases, new int[] {-1}, 3, 31);
        flip(cases, new int[] {2, 0}, 4, 1, 13);
        flip(cases, new int[] {0}, 33, 41);
        flip(cases, new int[] {0}, 0, 3);
        flip(cases, new int[] {});
        repeat(cases, new int[] {2, 3}, 4, 5);
        repeat(cases, new int[] {3, 1, 2}, 1, 13);
        repeat(cases, new int[] {4});
        repeat(cases, new int[] {33, 1}, 1, 41);
        repeat(cases, new int[] {0, 2}, 3, 4);
        repeat(cases, new int[] {2, 2}, 0, 3);
        repeat(cases, new int[] {}, new int[] {});
    }

    private static void creation(CaseList cases) {
        Operand any = Operand.uniform(4, 6).constant();
        cases.one(
                Operation.UPLOAD,
                "4x6",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> Operand.upload(ops, new double[] {0, 1, 1, 0, 1, 0}, Shape.of(3, 2), x[0].dtype()),
                any);
        cases.several(
                "tensor",
                "of every type",
                CaseList.FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> List.of(
                        ops.tensor(new float[] {1, 2.5f}, 2),
                        ops.tensor(new double[] {1, 2.5}, 1, 2),
                        ops.tensor(new int[] {1, -2}, 2, 1),
                        ops.tensor(new long[] {1L << 40}),
                        ops.tensor(new boolean[] {true, false, true}, 3),
                        ops.tensor(new double[] {0.5, 0.1}, Shape.of(2), x[0].dtype()),
                        ops.tensor(new float[0], 0, 3)),
                any);
        cases.one("zeros", "4x6", ALL, Accuracy.RELATIVE, (ops, x) -> ops.zeros(x[0].shape(), x[0].dtype()), any);
        for (double[] range : new double[][] {
            {0, 7, 1}, {-3, 12, 4}, {5, -1, -2}, {2, 2, 1}, {1, 1102, 1}, {0, 1 << 26, (1 << 25) + 1}
        }) {
            cases.one(
                    "arange",
                    Arrays.toString(range),
                    NUMBERS,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.arange(range[0], range[1], range[2], x[0].dtype()),
                    any);
        }
        cases.one(
                "arange",
                "by 0.25",
                CaseList.FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.arange(-0.5, 1.1, 0.25, x[0].dtype()),
                any);
        cases.one(
                "arange",
                "by 0.1",
                CaseList.FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, x) -> ops.arange(0, 0.95, 0.1, x[0].dtype()),
                any);
        cases.one(
                "arange",
                "beyond ints",
                EnumSet.of(DType.I64),
                Accuracy.RELATIVE,
                (ops, x) -> ops.arange(0, 1L << 42, (1L << 40) + 1, x[0].dtype()),
                any);
        for (int[] extents : new int[][] {{}, {13}, {4, 5}, {7, 31}, {0}, {3, 0, 2}}) {
            for (DType index : new DType[] {DType.I32, DType.I64}) {
                cases.one(
                        "oneHot",
                        text(extents) + " by " + index,
                        NUMBERS,
                        Accuracy.RELATIVE,
                        (ops, x) -> ops.oneHot(x[1], 6, x[0].dtype()),
                        any,
                        Operand.index(6, extents).as(index));
            }
        }
    }

    private static void axes(CaseList cases) {
        for (int axis : new int[] {0, 1, 2, -1, -3}) {
            cases.one(
                    "unsqueeze",
                    "4x6 at " + axis,
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.unsqueeze(x[0], axis),
                    Operand.uniform(4, 6));
        }
        for (int[] extents : new int[][] {{33, 41}, {0, 3}}) {
            cases.one(
                    "unsqueeze",
                    text(extents) + " at 1",
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.unsqueeze(x[0], 1),
                    CaseList.block(Operand.uniform(extents)));
        }
        cases.one(
                "unsqueeze", "scalar", ALL, Accuracy.RELATIVE, (ops, x) -> ops.unsqueeze(x[0], -1), Operand.uniform());
        int[][] named = {{}, {0}, {-1}, {2, 0}};
        for (int[] axes : named) {
            cases.one(
                    "squeeze",
                    "1x13x1 of " + Arrays.toString(axes),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.squeeze(x[0], axes),
                    Operand.uniform(1, 13, 1));
        }
        cases.one(
                "squeeze",
                "33x41x1",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.squeeze(x[0], -1),
                Operand.uniform(33, 41, 1).constant());
        cases.one("squeeze", "1x4x5", ALL, Accuracy.RELATIVE, (ops, x) -> ops.squeeze(x[0]), Operand.uniform(1, 4, 5));
        cases.one(
                "squeeze", "of nothing", ALL, Accuracy.RELATIVE, (ops, x) -> ops.squeeze(x[0]), Operand.uniform(0, 1));
        cases.one("squeeze", "scalar", ALL, Accuracy.RELATIVE, (ops, x) -> ops.squeeze(x[0]), Operand.uniform());
    }

    private static void stacks(CaseList cases) {
        for (int axis : new int[] {0, 1, -1}) {
            cases.one(
                    "stack",
                    "three 4x5 at " + axis,
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.stack(axis, x),
                    Operand.uniform(4, 5),
                    Operand.uniform(4, 5),
                    Operand.uniform(4, 5));
        }
        cases.one(
                "stack",
                "two 20x41 at 1",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.stack(1, x),
                Operand.uniform(20, 41).constant(),
                Operand.uniform(20, 41).constant());
        cases.one(
                "stack",
                "scalars",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.stack(0, x),
                Operand.uniform(),
                Operand.uniform());
        cases.one(
                "stack",
                "of empty",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.stack(1, x[0], x[0]),
                Operand.uniform(0, 3));
    }

    private static void splits(CaseList cases) {
        int[][] parts = {{1, 3, 2}, {6}, {0, 6}, {5, 1}};
        for (int[] sizes : parts) {
            cases.several(
                    "split",
                    "4x6x5 along 1 into " + Arrays.toString(sizes),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.split(x[0], 1, sizes),
                    Operand.uniform(4, 6, 5));
        }
        cases.several(
                "split",
                "40x41 along 0",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.split(x[0], 0, 33, 7),
                Operand.uniform(40, 41).constant());
        cases.several(
                "chunk",
                "66x41 into 2",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.chunk(x[0], 0, 2),
                Operand.uniform(66, 41).constant());
        cases.several(
                "chunk",
                "3x5 into 2 along -1",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.chunk(x[0], -1, 2),
                Operand.uniform(3, 5));
        cases.several(
                "split",
                "last part of 2x13 along -1",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> List.of(ops.split(x[0], -1, 4, 9).get(1)),
                Operand.uniform(2, 13));
        int[][] chunks = {{13, 3}, {12, 4}, {5, 4}, {2, 5}, {0, 3}};
        for (int[] chunk : chunks) {
            cases.several(
                    "chunk",
                    chunk[0] + "x2 into " + chunk[1],
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.chunk(x[0], -2, chunk[1]),
                    Operand.uniform(chunk[0], 2));
        }
    }

    private static void flip(CaseList cases, int[] axes, int... extents) {
        cases.one(
                "flip",
                text(extents) + " along " + Arrays.toString(axes),
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.flip(x[0], axes),
                Operand.uniform(extents));
    }

    private static void repeat(CaseList cases, int[] repeats, int... extents) {
        cases.one(
                "repeat",
                text(extents) + " by " + Arrays.toString(repeats),
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.repeat(x[0], repeats),
                Operand.uniform(extents));
    }
}
