package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.List;

/** Sigmoid focal loss and its gradient. */
final class FocalCases {
    private FocalCases() {}

    static void add(CaseList cases) {
        double[][] settings = {{0.25, 2}, {-1, 2}, {0.5, 1.5}, {0.25, 0}, {0.75, 1}, {0.25, 0.5}};
        for (double[] setting : settings) {
            focal(cases, setting[0], setting[1], 3, 31);
        }
        focal(cases, 0.25, 2, 207);
        focal(cases, 0.25, 2, 0, 4);
        focal(cases, 0.25, 2, 33, 41);
        for (double gamma : new double[] {0.1, 0.5, 1, 2}) {
            saturated(cases, gamma);
        }
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

    /** Logits whose probability is 0 or 1, to rounding or below it, with hard targets that they meet or miss. */
    private static void saturated(CaseList cases, double gamma) {
        Operand x = Operand.of(Shape.of(12), -1000, -1000, 1000, 1000, -104, -104, 104, 104, -90, 20, 40, -740);
        Operand t = Operand.of(Shape.of(12), 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0).constant();
        String variant = "saturated, gamma " + gamma;
        Accuracy accuracy = new Accuracy(1, 8);
        cases.one(
                "sigmoidFocalLoss",
                variant,
                FLOATING,
                accuracy,
                (ops, in) -> ops.sigmoidFocalLoss(in[0], in[1], 0.25, gamma),
                x,
                t);
        cases.one(
                "sigmoidFocalLossGradient",
                variant,
                FLOATING,
                accuracy,
                (ops, in) -> ops.sigmoidFocalLossGradient(in[0], in[1], 0.25, gamma, in[2]),
                x.constant(),
                t,
                Operand.uniform(12));
    }
}
