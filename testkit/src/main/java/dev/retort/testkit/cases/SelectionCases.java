package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.ALL;
import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.NUMBERS;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.ArrayOperations.Ordered;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Order and the selections that follow it, tables, masks, variance and norm. */
final class SelectionCases {
    private SelectionCases() {}

    static void add(CaseList cases) {
        for (boolean down : new boolean[] {false, true}) {
            order(cases, down, 0, 13);
            order(cases, down, 1, 4, 6, 5);
            order(cases, down, -1, 3, 31);
            order(cases, down, 0, 33, 2);
            order(cases, down, 0, 1, 3);
            order(cases, down, 1, 41, 66);
            order(cases, down, 0, 2, 33, 41);
            order(cases, down, 0, 0, 3);
            order(cases, down, -1, 2, 0);
            order(cases, down, 0, 2, 0);
            specials(cases, down);
        }
        tables(cases);
        masks(cases);
        statistics(cases);
    }

    private static void order(CaseList cases, boolean down, int axis, int... extents) {
        String variant = text(extents) + " along " + axis + (down ? ", descending" : "");
        int extent = Shape.of(extents).dim(axis);
        Operand ties = Operand.of(
                        Shape.of(extents),
                        new SplittableRandom(3)
                                .doubles(Shape.of(extents).size(), -2, 2)
                                .map(Math::rint)
                                .toArray())
                .constant();
        cases.one(
                Operation.ARG_SORT,
                variant + ", ties",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.argSort(x[0], axis, down),
                ties);
        Operand distinct =
                CaseList.block(Shape.of(extents).size() == 0 ? Operand.uniform(extents) : Operand.distinct(extents));
        cases.several("sort", variant, ALL, Accuracy.RELATIVE, (ops, x) -> parts(ops.sort(x[0], axis, down)), distinct);
        for (int k : IntStream.of(0, (extent + 1) / 2, extent).distinct().toArray()) {
            cases.several(
                    "topK",
                    k + " of " + variant,
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> parts(ops.topK(x[0], k, axis, down)),
                    distinct);
        }
        if (extent > 0) {
            cases.several(
                    "extreme",
                    variant,
                    NUMBERS,
                    Accuracy.RELATIVE,
                    (ops, x) -> parts(ops.extreme(down, x[0], axis)),
                    distinct);
        }
    }

    private static void specials(CaseList cases, boolean down) {
        Operand odd = Operand.of(
                        Shape.of(2, 7),
                        0.0,
                        -0.0,
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        -1,
                        0.0,
                        Double.NaN,
                        Double.NEGATIVE_INFINITY,
                        -0.0,
                        1e-40,
                        -1e-40,
                        0.0,
                        Double.NaN,
                        Double.NEGATIVE_INFINITY)
                .constant();
        cases.one(
                Operation.ARG_SORT,
                "of NaN, infinity and two zeros" + (down ? ", descending" : ""),
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.argSort(x[0], 1, down),
                odd);
        cases.one(
                Operation.ARG_SORT,
                "of integers beyond 2^53" + (down ? ", descending" : ""),
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.argSort(
                        ops.tensor(new long[] {(1L << 60) + 1, 1L << 60, Long.MIN_VALUE, Long.MAX_VALUE}, 4), 0, down),
                odd);
    }

    private static List<Tensor> parts(Ordered ordered) {
        return List.of(ordered.values(), ordered.indices());
    }

    private static void tables(CaseList cases) {
        int[][][] pairs = {{{6, 5}, {2, 7}}, {{6}, {13}}, {{4, 3, 2}, {}}, {{6, 5}, {0}}, {{31, 4}, {3, 0, 2}}};
        for (int[][] pair : pairs) {
            cases.one(
                    "embedding",
                    text(pair[1]) + " of " + text(pair[0]),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.embedding(x[0], x[1]),
                    Operand.uniform(pair[0]),
                    Operand.index(pair[0][0], pair[1]));
        }
        cases.one(
                "embedding",
                "33 of 40x41",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.embedding(x[0], x[1]),
                Operand.uniform(40, 41).constant(),
                Operand.index(40, 33));
        cases.one(
                "embedding",
                "by I32",
                ALL,
                Accuracy.RELATIVE,
                (ops, x) -> ops.embedding(x[0], x[1]),
                Operand.uniform(4, 3),
                Operand.index(4, 5).as(DType.I32));
    }

    private static void masks(CaseList cases) {
        int[][][] pairs = {
            {{4, 13}, {4, 13}}, {{33, 41}, {41}}, {{4, 6, 5}, {6, 1}}, {{3, 4}, {}}, {{0, 3}, {3}}, {{}, {}}
        };
        for (int[][] pair : pairs) {
            cases.one(
                    "maskedFill",
                    text(pair[0]) + " by " + text(pair[1]),
                    NUMBERS,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.maskedFill(x[0], x[1], -3),
                    CaseList.block(Operand.uniform(pair[0])),
                    Operand.mask(pair[1]));
        }
        cases.one(
                "maskedFill",
                "minus infinity",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.maskedFill(x[0], x[1], Double.NEGATIVE_INFINITY).exp(),
                Operand.uniform(3, 4),
                Operand.mask(3, 4));
        int[][][] picks = {
            {{13, 4}, {13}},
            {{66, 41}, {66}},
            {{4, 6}, {4, 6}},
            {{2, 3, 5}, {2, 3}},
            {{0, 3}, {0}},
            {{}, {}},
            {{3, 0}, {3}}
        };
        for (int[][] pick : picks) {
            cases.one(
                    "maskSelect",
                    text(pick[1]) + " of " + text(pick[0]),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.maskSelect(x[0], x[1]),
                    CaseList.block(Operand.uniform(pick[0])),
                    Operand.mask(pick[1]));
        }
        for (int[] extents : new int[][] {{31}, {4, 6, 5}, {0, 3}, {}, {207}, {66, 41}}) {
            cases.one(
                    "nonzero",
                    text(extents),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.nonzero(x[0]),
                    Operand.bits(extents));
            cases.one(
                    "logicalNot",
                    text(extents),
                    FLOATING,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.logicalNot(x[0]),
                    Operand.mask(extents));
        }
        cases.one(
                "nonzero",
                "of NaN and two zeros",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.nonzero(x[0]),
                Operand.of(Shape.of(2, 2), 0.0, Double.NaN, -0.0, -1e-40).constant());
    }

    private static void statistics(CaseList cases) {
        int[][] axes = {{}, {-1}, {0, 2}, {1}};
        for (int[] over : axes) {
            summarize(cases, over, over.length == 1, 4, 6, 5);
        }
        summarize(cases, new int[] {0}, false, 207);
        summarize(cases, new int[] {1}, false, 5, 300);
        summarize(cases, new int[] {0}, false, 2, 33, 41);
        summarize(cases, new int[] {0}, true, 3, 0);
        summarize(cases, new int[] {1}, false, 3, 1);
        summarize(cases, new int[] {}, false);
        cases.one(
                "norm",
                "of zeros and nothing",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.concat(0, ops.norm(x[0], new int[] {1}, false), ops.norm(x[1], new int[] {1}, false)),
                Operand.of(Shape.of(2, 2), 0, -0.0, 3, 4).constant(),
                Operand.uniform(3, 0));
        cases.one(
                "variance",
                "of one, unbiased",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.variance(x[0], new int[] {1}, 1, false),
                Operand.uniform(3, 1).constant());
    }

    private static void summarize(CaseList cases, int[] axes, boolean keepDims, int... extents) {
        Shape shape = Shape.of(extents);
        long results = shape.reduce(axes, false).size();
        long length = results == 0 ? 0 : shape.size() / results;
        String variant = text(extents) + " over " + Arrays.toString(axes) + (keepDims ? ", kept" : "");
        for (int correction : new int[] {0, 1}) {
            if (length > correction || results == 0) {
                cases.one(
                        "variance",
                        variant + ", correction " + correction,
                        FLOATING,
                        Accuracy.sum(length),
                        (ops, x) -> ops.variance(x[0], axes, correction, keepDims),
                        CaseList.block(Operand.uniform(extents)));
            }
        }
        cases.one(
                "norm",
                variant,
                FLOATING,
                Accuracy.sum(length),
                (ops, x) -> ops.norm(x[0], axes, keepDims),
                CaseList.block(Operand.between(0.2, 1, extents)));
    }
}
