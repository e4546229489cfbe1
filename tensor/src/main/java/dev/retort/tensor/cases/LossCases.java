package dev.retort.tensor.cases;

import static dev.retort.tensor.cases.CaseList.FLOATING;
import static dev.retort.tensor.cases.CaseList.text;

import dev.retort.tensor.Shape;
import dev.retort.tensor.cases.OperationCase.Accuracy;
import java.util.List;

/** Elementwise losses, ReLU's gradient from its output. */
final class LossCases {
    private LossCases() {}

    static void add(CaseList cases) {
        double[][] settings = {{0.25, 2}, {-1, 2}, {0.5, 1.5}, {0.25, 0}, {0.75, 1}};
        for (double[] setting : settings) {
            focal(cases, setting[0], setting[1], 3, 31);
        }
        focal(cases, 0.25, 2, 207);
        focal(cases, 0.25, 2, 0, 4);
        focal(cases, 0.25, 2, 33, 41);
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

    private static void focal(CaseList cases, double alpha, double gamma, int... extents) {
        Operand x = CaseList.block(Operand.between(-4, 4, extents));
        Operand hard = Operand.bits(extents);
        String variant = text(extents) + " alpha " + alpha + " gamma " + gamma;
        Accuracy accuracy = new Accuracy(1, 8);
        cases.one(
                "sigmoidFocalLoss",
                variant,
                FLOATING,
                accuracy,
                (ops, t) -> ops.sigmoidFocalLoss(t[0], t[1], alpha, gamma),
                x,
                hard);
        cases.one(
                "sigmoidFocalLoss",
                variant + ", soft targets",
                FLOATING,
                accuracy,
                (ops, t) -> ops.sigmoidFocalLoss(t[0], t[1], alpha, gamma),
                x,
                Operand.between(0, 1, extents).constant());
        for (Operand targets : List.of(hard, Operand.between(0, 1, extents).constant())) {
            cases.one(
                    "sigmoidFocalLossGradient",
                    variant + (targets == hard ? "" : ", soft targets"),
                    FLOATING,
                    accuracy,
                    (ops, t) -> ops.sigmoidFocalLossGradient(t[0], t[1], alpha, gamma, t[2]),
                    x,
                    targets,
                    CaseList.block(Operand.uniform(extents)));
        }
    }
}
