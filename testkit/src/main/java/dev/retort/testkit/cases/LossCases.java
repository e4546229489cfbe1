package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;

/** Losses without reduction, but for the focal one; activations with a default, ReLU's gradient from its output. */
final class LossCases {
    private LossCases() {}

    static void add(CaseList cases) {
        detector(cases);
        distances(cases, new int[] {4, 31}, new int[] {4, 31});
        distances(cases, new int[] {3, 5}, new int[] {5});
        distances(cases, new int[] {33, 41}, new int[] {33, 41});
        distances(cases, new int[] {0, 3}, new int[] {0, 3});
        distances(cases, new int[] {}, new int[] {});
        boxes(cases);
        divergences(cases);
        entropies(cases);
    }

    private static void detector(CaseList cases) {
        for (int[] extents : new int[][] {{4, 31}, {207}, {}, {33, 41}, {0, 3}}) {
            cases.one(
                    "bceWithLogits",
                    text(extents),
                    FLOATING,
                    Accuracy.ELEMENTWISE,
                    (ops, x) -> ops.bceWithLogits(x[0], x[1]),
                    CaseList.block(Operand.between(-4, 4, extents)),
                    CaseList.block(Operand.between(0, 1, extents)));
            for (double beta : new double[] {0, 0.1, 1}) {
                cases.one(
                        "smoothL1",
                        text(extents) + " beta " + beta,
                        FLOATING,
                        new Accuracy(1, beta == 0.1 ? 40 : 4),
                        (ops, x) -> ops.smoothL1(x[0], x[1], beta),
                        CaseList.block(Operand.grid(-1, 1, 0, extents)),
                        CaseList.block(Operand.grid(-1, 1, 0.025, extents)));
            }
            cases.one(
                    "silu",
                    text(extents),
                    FLOATING,
                    Accuracy.ELEMENTWISE,
                    (ops, x) -> ops.silu(x[0]),
                    CaseList.block(Operand.between(-4, 4, extents)));
            cases.one(
                    "leakyRelu",
                    text(extents),
                    FLOATING,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.leakyRelu(x[0], 0.1),
                    CaseList.block(Operand.grid(-1, 1, 0.025, extents)));
            cases.one(
                    "reluGradient",
                    text(extents),
                    FLOATING,
                    Accuracy.RELATIVE,
                    (ops, x) -> ops.reluGradient(x[0], x[1]),
                    Operand.grid(-1, 1, 0, extents).constant(),
                    CaseList.block(Operand.uniform(extents)));
        }
        cases.one(
                "reluGradient",
                "special values",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.reluGradient(x[0], x[1]),
                Operand.of(Shape.of(7), 1, 0, -0.0, 0, 1e-300, 2, Double.POSITIVE_INFINITY)
                        .constant(),
                Operand.of(Shape.of(7), Double.NaN, Double.NaN, 3, -1, 4, Double.NEGATIVE_INFINITY, 5)
                        .constant());
        cases.one(
                "bceWithLogits",
                "extreme logits",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.bceWithLogits(x[0], x[1]),
                Operand.of(Shape.of(6), 80, -80, 80, -80, 1000, -1000).constant(),
                Operand.of(Shape.of(6), 0, 1, 0.5, 0.5, 0, 1).constant());
    }

    private static void distances(CaseList cases, int[] x, int[] targets) {
        Operand a = CaseList.block(Operand.grid(-1, 1, 0, x));
        Operand b = CaseList.block(Operand.grid(-1, 1, 0.025, targets));
        String variant = text(x) + " and " + text(targets);
        cases.one("l1", variant, FLOATING, Accuracy.ELEMENTWISE, (ops, in) -> ops.l1(in[0], in[1]), a, b);
        cases.one("mse", variant, FLOATING, new Accuracy(1, 8), (ops, in) -> ops.mse(in[0], in[1]), a, b);
    }

    private static void boxes(CaseList cases) {
        // Crossing, apart, inside, touching none; no two edges in line.
        double[] first = {0, 0, 3, 2, 0, 0, 1, 1, 0, 0, 4, 4, -2, -3, -1, 5};
        double[] second = {1, 1, 4, 3, 3, 0.5, 4, 2, 1, 1.5, 3, 2, -1.5, -4, 2, 6};
        Accuracy accuracy = new Accuracy(1, 8);
        for (int[] extents : new int[][] {{4, 4}, {2, 2, 4}}) {
            cases.one(
                    "giou",
                    text(extents),
                    FLOATING,
                    accuracy,
                    (ops, x) -> ops.giou(x[0], x[1]),
                    Operand.of(Shape.of(extents), first),
                    Operand.of(Shape.of(extents), second));
        }
        cases.one(
                "giou",
                "equal, touching, in line, empty",
                FLOATING,
                accuracy,
                (ops, x) -> ops.giou(x[0], x[1]),
                Operand.of(Shape.of(4, 4), 1, 2, 5, 9, 0, 0, 2, 2, 0, 0, 1, 1, 1, 1, 1, 1)
                        .constant(),
                Operand.of(Shape.of(4, 4), 1, 2, 5, 9, 2, 0, 4, 2, 3, 0, 4, 1, 1, 1, 1, 1)
                        .constant());
        // Drawn boxes: two corners in their ranges, so that none is empty; many, for blocks and rounding.
        cases.one(
                "giou",
                "1103 boxes",
                FLOATING,
                accuracy,
                (ops, x) -> ops.giou(ops.concat(-1, x[0], x[1]), ops.concat(-1, x[2], x[3])),
                Operand.between(0, 1, 1103, 2).constant(),
                Operand.between(1.5, 3, 1103, 2).constant(),
                Operand.between(0, 1, 1103, 2).constant(),
                Operand.between(1.5, 3, 1103, 2).constant());
        cases.one(
                "giou",
                "one box",
                FLOATING,
                accuracy,
                (ops, x) -> ops.giou(x[0], x[1]),
                Operand.of(Shape.of(4), 0, 0, 3, 2),
                Operand.of(Shape.of(4), 1, 1, 4, 3));
        cases.one(
                "giou",
                "no boxes",
                FLOATING,
                accuracy,
                (ops, x) -> ops.giou(x[0], x[1]),
                Operand.uniform(0, 4),
                Operand.uniform(0, 4));
    }

    private static void divergences(CaseList cases) {
        for (int[] extents : new int[][] {{4, 31}, {33, 41}, {}, {0, 3}}) {
            cases.one(
                    "klDivergence",
                    text(extents),
                    FLOATING,
                    new Accuracy(1, 8),
                    (ops, x) -> ops.klDivergence(x[0], x[1]),
                    CaseList.block(Operand.between(-4, 0, extents)),
                    CaseList.block(Operand.between(0.1, 1, extents)));
        }
        cases.one(
                "klDivergence",
                "of softmaxes",
                FLOATING,
                new Accuracy(1, 8),
                (ops, x) -> ops.klDivergence(ops.logSoftmax(x[0], -1), ops.softmax(x[1], -1)),
                Operand.uniform(3, 6),
                Operand.uniform(3, 6));
        cases.one(
                "klDivergence",
                "nothing probable",
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.klDivergence(x[0], x[1]),
                Operand.of(Shape.of(4), -1, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, 0)
                        .constant(),
                Operand.of(Shape.of(4), 0, 0, 0.5, 1).constant());
    }

    private static void entropies(CaseList cases) {
        for (DType index : new DType[] {DType.I32, DType.I64}) {
            entropy(cases, index, 0, 13, 6);
            entropy(cases, index, 0.1, 13, 6);
        }
        entropy(cases, DType.I64, 1, 2, 3, 31);
        entropy(cases, DType.I64, 0, 5);
        entropy(cases, DType.I64, 0.25, 0, 4);
        entropy(cases, DType.I64, 0, 5, 300);
        entropy(cases, DType.I32, 0, 33, 41, 3);
        Operand some = Operand.of(Shape.of(4), 2, -100, 0, -100).as(DType.I64);
        cases.one(
                "crossEntropy",
                "some ignored",
                FLOATING,
                new Accuracy(1, 8),
                (ops, x) -> ops.crossEntropy(x[0], x[1]),
                Operand.between(-3, 3, 4, 5),
                some);
        cases.one(
                "crossEntropy",
                "class 255 ignored, smoothed",
                FLOATING,
                new Accuracy(1, 8),
                (ops, x) -> ops.crossEntropy(x[0], x[1], 255, 0.2),
                Operand.between(-3, 3, 3, 5),
                Operand.of(Shape.of(3), 255, 4, 255).as(DType.I32));
        cases.one(
                "crossEntropy",
                "extreme logits",
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, x) -> ops.crossEntropy(x[0], x[1]),
                Operand.of(Shape.of(3, 2), 1000, -1000, 1000, -1000, 80, 80).constant(),
                Operand.of(Shape.of(3), 0, 1, 1).as(DType.I64));
    }

    private static void entropy(CaseList cases, DType index, double smoothing, int... extents) {
        Shape shape = Shape.of(extents);
        int[] rows = shape.reduce(new int[] {-1}, false).toArray();
        cases.one(
                "crossEntropy",
                text(extents) + " by " + index + ", smoothing " + smoothing,
                FLOATING,
                new Accuracy(shape.dim(-1), 4),
                (ops, x) -> ops.crossEntropy(x[0], x[1], -100, smoothing),
                CaseList.block(Operand.between(-3, 3, extents)),
                Operand.index(shape.dim(-1), rows).as(index));
    }
}
