package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.DType;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;

/** Average pooling, bilinear resizing, attention, dropout. */
final class LayerCases {
    private LayerCases() {}

    static void add(CaseList cases) {
        pools(cases);
        resize(cases, 11, 15, 2, 6, 7, 3);
        resize(cases, 5, 6, 1, 13, 11, 4);
        resize(cases, 4, 4, 2, 4, 4, 1);
        resize(cases, 17, 15, 1, 16, 14, 5);
        resize(cases, 1, 7, 1, 5, 1, 2);
        resize(cases, 6, 2, 1, 1, 3, 5);
        resize(cases, 3, 3, 0, 2, 2, 3);
        resize(cases, 3, 3, 1, 2, 2, 0);
        attention(cases);
        dropouts(cases);
    }

    private static void pools(CaseList cases) {
        Pool2dSpec[] specs = {
            Pool2dSpec.of(2, 2, 0),
            Pool2dSpec.of(3, 2, 1),
            Pool2dSpec.of(3, 1, 1),
            Pool2dSpec.of(1, 2, 0),
            new Pool2dSpec(3, 2, 1, 3, 1, 1),
            new Pool2dSpec(5, 7, 1, 1, 0, 0)
        };
        for (Pool2dSpec spec : specs) {
            for (boolean padding : new boolean[] {false, true}) {
                pool(cases, spec, padding, 2, 5, 7, 3);
            }
        }
        pool(cases, Pool2dSpec.of(3, 2, 1), false, 1, 6, 4, 13);
        pool(cases, Pool2dSpec.of(2, 1, 1), true, 1, 1, 1, 1);
        pool(cases, Pool2dSpec.of(2, 1, 1), true, 1, 16, 15, 5);
        pool(cases, Pool2dSpec.of(2, 1, 1), false, 0, 3, 3, 2);
        pool(cases, Pool2dSpec.of(2, 1, 0), true, 2, 3, 3, 0);
    }

    private static void pool(CaseList cases, Pool2dSpec spec, boolean countPadding, int... extents) {
        cases.one(
                "avgPool2d",
                text(extents) + " " + spec + (countPadding ? ", padding counted" : ""),
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, x) -> ops.avgPool2d(x[0], spec, countPadding),
                CaseList.block(Operand.uniform(extents)));
    }

    private static void resize(CaseList cases, int height, int width, int... extents) {
        cases.one(
                "resizeBilinear",
                text(extents) + " to " + height + "x" + width,
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, x) -> ops.resizeBilinear(x[0], height, width),
                CaseList.block(Operand.uniform(extents)));
    }

    private static void attention(CaseList cases) {
        int[][][] sizes = {
            {{4, 6}, {5, 6}, {5, 3}},
            {{2, 3, 4, 5}, {2, 3, 7, 5}, {2, 3, 7, 5}},
            {{2, 1, 4, 5}, {3, 6, 5}, {6, 2}},
            {{1, 1}, {1, 1}, {1, 1}},
            {{33, 300}, {5, 300}, {5, 41}},
            {{2, 3, 4}, {2, 0, 4}, {2, 0, 3}},
            {{2, 0, 4}, {2, 3, 4}, {2, 3, 3}},
            {{0, 3, 4}, {0, 2, 4}, {0, 2, 1}},
            {{3, 0}, {4, 0}, {4, 2}},
        };
        for (int[][] size : sizes) {
            int keys = size[1][size[1].length - 2];
            cases.one(
                    "attention",
                    text(size[0]) + " of " + text(size[1]) + " and " + text(size[2]),
                    FLOATING,
                    Accuracy.sum(Math.max(keys, 6)),
                    (ops, x) -> ops.attention(x[0], x[1], x[2], null),
                    CaseList.block(Operand.uniform(size[0])),
                    CaseList.block(Operand.uniform(size[1])),
                    CaseList.block(Operand.uniform(size[2])));
        }
        masked(cases, 2, 3, 4, 7);
        masked(cases, 4, 7);
        masked(cases, 3, 1, 7);
        masked(cases, 2, 1, 1, 7);
        masked(cases, 4, 1);
        masked(cases, 7);
        masked(cases);
        Operand closed = Operand.of(Shape.of(3, 4), 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1);
        cases.one(
                "attention",
                "a row of no keys",
                FLOATING,
                Accuracy.sum(5),
                (ops, x) -> ops.attention(x[0], x[1], x[2], x[3]),
                Operand.uniform(3, 5),
                Operand.uniform(4, 5),
                Operand.uniform(4, 2),
                closed.as(DType.BOOL));
        double out = Double.NEGATIVE_INFINITY;
        cases.one(
                "attention",
                "a row of no keys, mask added",
                FLOATING,
                Accuracy.sum(5),
                (ops, x) -> ops.attention(x[0], x[1], x[2], x[3]),
                Operand.uniform(3, 5),
                Operand.uniform(4, 5),
                Operand.uniform(4, 2),
                Operand.of(Shape.of(3, 4), 0.5, out, -1, 2, out, out, out, out, 0, 0, out, 0)
                        .constant());
        cases.one(
                "attention",
                "no keys at all, masked",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.attention(x[0], x[1], x[2], x[3]),
                Operand.uniform(3, 5),
                Operand.uniform(0, 5),
                Operand.uniform(0, 2),
                Operand.mask(3, 0));
    }

    private static void masked(CaseList cases, int... mask) {
        Operand q = Operand.uniform(2, 3, 4, 5);
        Operand k = Operand.uniform(2, 3, 7, 5);
        Operand v = Operand.uniform(2, 3, 7, 2);
        cases.one(
                "attention",
                "mask " + text(mask),
                FLOATING,
                Accuracy.sum(7),
                (ops, x) -> ops.attention(x[0], x[1], x[2], x[3]),
                q,
                k,
                v,
                Operand.mask(mask));
        cases.one(
                "attention",
                "mask added " + text(mask) + ", scale 0.3",
                FLOATING,
                Accuracy.sum(7),
                (ops, x) -> ops.attention(x[0], x[1], x[2], x[3], 0.3),
                q,
                k,
                v,
                Operand.uniform(mask));
    }

    private static void dropouts(CaseList cases) {
        for (double p : new double[] {0, 0.1, 0.75}) {
            for (int[] extents : new int[][] {{4, 31}, {33, 41}, {}, {0, 3}}) {
                cases.one(
                        "dropout",
                        text(extents) + " p " + p,
                        FLOATING,
                        Accuracy.RELATIVE,
                        (ops, x) -> ops.dropout(x[0], p, 77),
                        CaseList.block(Operand.uniform(extents)));
            }
        }
    }
}
