package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.ComposedOperations.Normalized;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.List;

/** Softmax, layer norm, batch norm, and their gradients. */
final class NormalizationCases {
    private static final double EPS = 1e-5;

    private NormalizationCases() {}

    static void add(CaseList cases) {
        softmaxes(cases, -1, 4, 31);
        softmaxes(cases, 0, 13);
        softmaxes(cases, 1, 4, 6, 5);
        softmaxes(cases, 0, 6, 1, 3);
        softmaxes(cases, -1, 2, 207);
        softmaxes(cases, -1, 0, 4);
        softmaxes(cases, 0, 0, 4);
        softmaxes(cases, -1, 3, 0);
        softmaxes(cases, -1, 5, 300);
        Operand extreme = Operand.of(
                        Shape.of(3, 4),
                        1000,
                        1001,
                        999,
                        1000,
                        -1000,
                        -1000,
                        -1000,
                        -1001,
                        -80,
                        0,
                        80,
                        Double.NEGATIVE_INFINITY)
                .constant();
        cases.one(
                "softmax",
                "extreme values",
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, x) -> ops.softmax(x[0], -1),
                extreme);
        cases.one(
                "logSoftmax",
                "extreme values",
                FLOATING,
                Accuracy.ELEMENTWISE,
                (ops, x) -> ops.logSoftmax(x[0], -1),
                extreme);
        layerNorms(cases, 4, 31);
        layerNorms(cases, 2, 3, 13);
        layerNorms(cases, 6);
        layerNorms(cases, 3, 207);
        layerNorms(cases, 0, 4);
        layerNorms(cases, 5, 300);
        groupNorms(cases, 2, 3, 4, 5, 6);
        groupNorms(cases, 1, 2, 3, 13);
        groupNorms(cases, 4, 5, 12);
        groupNorms(cases, 2, 1, 300, 6);
        groupNorms(cases, 3, 0, 2, 6);
        batchNorms(cases, 31, 4);
        batchNorms(cases, 2, 4, 6, 13);
        batchNorms(cases, 207, 3);
        batchNorms(cases, 4, 6);
        batchNorms(cases, 5, 0);
        batchNorms(cases, 300, 5);
    }

    private static void softmaxes(CaseList cases, int axis, int... extents) {
        String variant = text(extents) + " along " + axis;
        Operand x = CaseList.block(Operand.between(-3, 3, extents));
        Operand g = CaseList.block(Operand.uniform(extents));
        Accuracy accuracy = new Accuracy(1, 8);
        cases.one("softmax", variant, FLOATING, accuracy, (ops, t) -> ops.softmax(t[0], axis), x);
        cases.one("logSoftmax", variant, FLOATING, accuracy, (ops, t) -> ops.logSoftmax(t[0], axis), x);
        cases.one(
                "softmaxGradient",
                variant,
                FLOATING,
                Accuracy.sum(Shape.of(extents).dim(axis)),
                (ops, t) -> ops.softmaxGradient(t[0], t[1], axis),
                CaseList.block(Operand.between(0, 1, extents)),
                g);
    }

    private static void layerNorms(CaseList cases, int... extents) {
        int channels = extents[extents.length - 1];
        int rows = (int) Shape.of(extents).size() / channels;
        Operand x = CaseList.block(Operand.between(-2, 3, extents));
        Operand gamma = Operand.between(0.5, 1.5, channels);
        Operand beta = Operand.uniform(channels);
        Operand g = CaseList.block(Operand.uniform(extents));
        String variant = text(extents);
        Accuracy forward = Accuracy.sum(channels);
        Accuracy backward = Accuracy.sum(Math.max(rows, channels));
        cases.one(
                "layerNorm",
                variant,
                FLOATING,
                forward,
                (ops, t) -> ops.layerNorm(t[0], t[1], t[2], EPS),
                x,
                gamma,
                beta);
        cases.one(
                "layerNorm",
                variant + ", no affine",
                FLOATING,
                forward,
                (ops, t) -> ops.layerNorm(t[0], null, null, EPS),
                x);
        cases.several(
                "layerNormGradient",
                variant,
                FLOATING,
                backward,
                (ops, t) -> parts(ops.layerNormGradient(t[0], t[1], EPS, t[2])),
                x,
                gamma,
                g);
        cases.several(
                "layerNormGradient",
                variant + ", no affine",
                FLOATING,
                backward,
                (ops, t) -> List.of(ops.layerNormGradient(t[0], null, EPS, t[1]).x()),
                x,
                g);
    }

    private static void groupNorms(CaseList cases, int groups, int... extents) {
        int channels = extents[extents.length - 1];
        int length = (int) Shape.of(extents).size() / Math.max(extents[0], 1) / groups;
        Operand x = CaseList.block(Operand.between(-2, 3, extents));
        String variant = text(extents) + " in " + groups;
        cases.one(
                "groupNorm",
                variant,
                FLOATING,
                Accuracy.sum(length),
                (ops, t) -> ops.groupNorm(t[0], groups, t[1], t[2], EPS),
                x,
                Operand.between(0.5, 1.5, channels),
                Operand.uniform(channels));
        cases.one(
                "groupNorm",
                variant + ", no affine",
                FLOATING,
                Accuracy.sum(length),
                (ops, t) -> ops.groupNorm(t[0], groups, null, null, EPS),
                x);
    }

    private static void batchNorms(CaseList cases, int... extents) {
        int channels = extents[extents.length - 1];
        int rows = (int) Shape.of(extents).size() / Math.max(1, channels);
        Operand x = CaseList.block(Operand.between(-2, 3, extents));
        Operand gamma = Operand.between(0.5, 1.5, channels);
        Operand beta = Operand.uniform(channels);
        String variant = text(extents);
        cases.several(
                "batchNorm",
                variant,
                FLOATING,
                Accuracy.sum(rows),
                (ops, t) -> {
                    Normalized normal = ops.batchNorm(t[0], t[1], t[2], EPS);
                    return List.of(normal.y(), normal.mean(), normal.variance());
                },
                x,
                gamma,
                beta);
        cases.one(
                "batchNorm",
                variant + ", no affine",
                FLOATING,
                Accuracy.sum(rows),
                (ops, t) -> ops.batchNorm(t[0], null, null, EPS).y(),
                x);
        cases.one(
                "batchNorm",
                variant + ", shift only",
                FLOATING,
                Accuracy.sum(rows),
                (ops, t) -> ops.batchNorm(t[0], null, t[1], EPS).y(),
                x,
                beta);
        cases.one(
                "batchNorm",
                variant + ", scale only",
                FLOATING,
                Accuracy.sum(rows),
                (ops, t) -> ops.batchNorm(t[0], t[1], null, EPS).y(),
                x,
                gamma);
        cases.one(
                "batchNormGradient",
                variant + ", no affine",
                FLOATING,
                Accuracy.sum(rows),
                (ops, t) ->
                        ops.batchNormGradient(t[0], null, t[1], t[2], EPS, t[3]).x(),
                x,
                Operand.between(0, 1, channels),
                Operand.between(0.5, 2, channels),
                Operand.uniform(extents));
        cases.several(
                "batchNormGradient",
                variant,
                FLOATING,
                Accuracy.sum(rows),
                (ops, t) -> parts(ops.batchNormGradient(t[0], t[1], t[2], t[3], EPS, t[4])),
                x,
                gamma,
                Operand.between(0, 1, channels),
                Operand.between(0.5, 2, channels),
                CaseList.block(Operand.uniform(extents)));
    }

    private static List<Tensor> parts(NormGradient gradient) {
        return List.of(gradient.x(), gradient.gamma(), gradient.beta());
    }
}
