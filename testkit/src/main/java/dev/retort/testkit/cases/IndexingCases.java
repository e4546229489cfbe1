package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.ALL;
import static dev.retort.testkit.cases.CaseList.NUMBERS;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;

/** Selection and accumulation by I32 and I64 indices, with repeats. */
final class IndexingCases {
    private IndexingCases() {}

    static void add(CaseList cases) {
        for (DType index : new DType[] {DType.I32, DType.I64}) {
            slices(cases, 0, 5, index, 6, 13);
            slices(cases, 1, 13, index, 4, 6, 5);
            slices(cases, -1, 31, index, 3, 4, 6);
            slices(cases, 0, 0, index, 4, 3);
            slices(cases, 0, 13, index, 207);
            slices(cases, 0, 2, index, 4, 0);
            slices(cases, 1, 6, index, 6, 6);
            slices(cases, 0, 33, index, 40, 41);
            elements(cases, 0, index, new int[] {6, 13}, new int[] {4, 13});
            elements(cases, 1, index, new int[] {4, 6, 5}, new int[] {3, 13, 2});
            elements(cases, -1, index, new int[] {4, 6}, new int[] {4, 31});
            elements(cases, 0, index, new int[] {13}, new int[] {1});
            elements(cases, 0, index, new int[] {4, 3}, new int[] {0, 3});
            elements(cases, 1, index, new int[] {0, 3}, new int[] {0, 2});
            elements(cases, 1, index, new int[] {6, 6}, new int[] {6, 6});
            elements(cases, 1, index, new int[] {33, 41}, new int[] {33, 41});
        }
        cases.one(
                Operation.INDEX_SELECT,
                "permutation undone",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.indexSelect(ops.indexSelect(x[0], 0, x[1]), 0, x[2]),
                Operand.uniform(4, 6),
                Operand.of(Shape.of(4), 2, 0, 3, 1).as(DType.I64),
                Operand.of(Shape.of(4), 1, 3, 0, 2).as(DType.I64));
    }

    private static void slices(CaseList cases, int axis, int count, DType index, int... extents) {
        Shape shape = Shape.of(extents);
        Operand places = Operand.index(shape.dim(axis), count).as(index);
        String variant = count + " of " + text(extents) + " along " + axis + " by " + index;
        cases.one(
                Operation.INDEX_SELECT,
                variant,
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.indexSelect(x[0], axis, x[1]),
                CaseList.block(Operand.uniform(extents)),
                places);
        cases.one(
                Operation.INDEX_ADD,
                variant,
                NUMBERS,
                Accuracy.sum(count),
                (ops, x) -> ops.indexAdd(x[0], axis, x[1], x[2]),
                CaseList.block(Operand.uniform(extents)),
                places,
                CaseList.block(Operand.uniform(shape.with(axis, count).toArray())));
    }

    private static void elements(CaseList cases, int axis, DType index, int[] extents, int[] picked) {
        Shape shape = Shape.of(extents);
        Operand places = Operand.index(shape.dim(axis), picked).as(index);
        String variant = text(picked) + " of " + text(extents) + " along " + axis + " by " + index;
        cases.one(
                Operation.GATHER,
                variant,
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.gather(x[0], axis, x[1]),
                CaseList.block(Operand.uniform(extents)),
                places);
        cases.one(
                Operation.SCATTER_ADD,
                variant,
                NUMBERS,
                Accuracy.sum(Shape.of(picked).dim(axis)),
                (ops, x) -> ops.scatterAdd(x[0], axis, x[1], x[2]),
                CaseList.block(Operand.uniform(extents)),
                places,
                CaseList.block(Operand.uniform(picked)));
    }
}
