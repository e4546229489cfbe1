package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.ALL;
import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.ComposedOperations.AdamWSettings;
import dev.retort.tensor.Operation;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.List;

/** What writes in place: the results are the operands that were written. No gradients. */
final class InPlaceCases {
    private InPlaceCases() {}

    static void add(CaseList cases) {
        for (int[] extents : new int[][] {{}, {13}, {4, 31}, {207}, {33, 41}, {0, 3}}) {
            Operand target = Operand.uniform(extents).constant();
            Operand source = Operand.uniform(extents).constant();
            cases.one(
                    Operation.ASSIGN,
                    text(extents),
                    ALL,
                    Accuracy.RELATIVE,
                    (ops, x) -> {
                        ops.assign(x[0], x[1]);
                        return x[0];
                    },
                    target,
                    source);
            cases.one(
                    Operation.AXPY,
                    text(extents),
                    FLOATING,
                    Accuracy.ELEMENTWISE,
                    (ops, x) -> {
                        ops.axpy(x[0], -0.375, x[1]);
                        return x[0];
                    },
                    target,
                    source);
            sgd(cases, 0, 0, extents);
            sgd(cases, 0.9, 1e-2, extents);
            adamw(cases, 1, extents);
            adamw(cases, 10, extents);
        }
        cases.one(
                Operation.AXPY,
                "to itself",
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, x) -> {
                    ops.axpy(x[0], -0.25, x[0]);
                    return x[0];
                },
                Operand.uniform(31).constant());
    }

    private static void sgd(CaseList cases, double momentum, double decay, int... extents) {
        Operand x = Operand.uniform(extents).constant();
        cases.several(
                "sgdStep",
                text(extents) + " momentum " + momentum + " decay " + decay,
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, t) -> {
                    ops.sgdStep(t[0], t[1], t[2], 0.1, momentum, decay);
                    return List.of(t[0], t[2]);
                },
                x,
                x,
                x);
    }

    private static void adamw(CaseList cases, int step, int... extents) {
        Operand x = Operand.uniform(extents).constant();
        Operand square = Operand.between(0.25, 1, extents).constant();
        AdamWSettings settings = new AdamWSettings(0.01, 0.9, 0.999, step == 1 ? 1e-8 : 1e-3, 0.05);
        cases.several(
                "adamwStep",
                text(extents) + " step " + step,
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, t) -> {
                    ops.adamwStep(t[0], t[1], t[2], t[3], step, settings);
                    return List.of(t[0], t[2], t[3]);
                },
                x,
                x,
                x,
                square);
    }
}
