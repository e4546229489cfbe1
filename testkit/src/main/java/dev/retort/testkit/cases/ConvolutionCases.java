package dev.retort.testkit.cases;

import static dev.retort.testkit.cases.CaseList.FLOATING;
import static dev.retort.testkit.cases.CaseList.text;

import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.CoreOperations.Pooled;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Pool2dSpec;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.OperationCase.Accuracy;
import java.util.List;

/** Convolution and its gradients, max pooling, nearest-neighbor resizing. */
final class ConvolutionCases {
    private ConvolutionCases() {}

    private record Geometry(String name, Shape input, Shape weight, Conv2dSpec spec) {}

    private static final List<Geometry> GEOMETRIES = List.of(
            new Geometry("1x1", Shape.of(2, 4, 6, 13), Shape.of(6, 1, 1, 13), Conv2dSpec.of(1, 0)),
            new Geometry("1x1 stride 2", Shape.of(1, 5, 6, 4), Shape.of(5, 1, 1, 4), Conv2dSpec.of(2, 0)),
            new Geometry("3x3", Shape.of(1, 6, 7, 4), Shape.of(6, 3, 3, 4), Conv2dSpec.of(1, 1)),
            new Geometry("3x3 on one pixel", Shape.of(2, 1, 1, 3), Shape.of(4, 3, 3, 3), Conv2dSpec.of(1, 1)),
            new Geometry("3x3 one channel", Shape.of(2, 4, 5, 1), Shape.of(1, 3, 3, 1), Conv2dSpec.of(1, 1)),
            new Geometry("3x3 stride 2", Shape.of(2, 7, 6, 4), Shape.of(5, 3, 3, 4), Conv2dSpec.of(2, 1)),
            new Geometry("3x3 no padding", Shape.of(1, 5, 6, 3), Shape.of(4, 3, 3, 3), Conv2dSpec.of(1, 0)),
            new Geometry("7x7 stride 2", Shape.of(1, 9, 11, 3), Shape.of(4, 7, 7, 3), Conv2dSpec.of(2, 3)),
            new Geometry("dilated", Shape.of(1, 8, 9, 3), Shape.of(4, 3, 3, 3), new Conv2dSpec(1, 1, 2, 2, 2, 2, 1)),
            new Geometry("uneven", Shape.of(1, 9, 6, 3), Shape.of(5, 3, 2, 3), new Conv2dSpec(2, 1, 1, 0, 1, 3, 1)),
            new Geometry("groups", Shape.of(2, 4, 5, 6), Shape.of(4, 3, 3, 3), new Conv2dSpec(1, 1, 1, 1, 1, 1, 2)),
            new Geometry("depthwise", Shape.of(1, 5, 6, 5), Shape.of(10, 3, 3, 1), new Conv2dSpec(2, 2, 1, 1, 1, 1, 5)),
            new Geometry("wide padding", Shape.of(1, 3, 3, 2), Shape.of(3, 2, 2, 2), Conv2dSpec.of(3, 4)),
            new Geometry("no images", Shape.of(0, 4, 4, 3), Shape.of(4, 3, 3, 3), Conv2dSpec.of(1, 1)),
            new Geometry("no channels", Shape.of(1, 4, 4, 0), Shape.of(4, 3, 3, 0), Conv2dSpec.of(1, 1)));

    private static final List<Geometry> LARGE = List.of(
            new Geometry("3x3 31 to 33", Shape.of(2, 13, 14, 31), Shape.of(33, 3, 3, 31), Conv2dSpec.of(1, 1)),
            new Geometry("3x3 64 to 64", Shape.of(1, 12, 19, 64), Shape.of(64, 3, 3, 64), Conv2dSpec.of(1, 1)),
            new Geometry("3x3 stride 2 36 to 40", Shape.of(1, 17, 15, 36), Shape.of(40, 3, 3, 36), Conv2dSpec.of(2, 1)),
            new Geometry("1x1 64 to 80", Shape.of(1, 13, 14, 64), Shape.of(80, 1, 1, 64), Conv2dSpec.of(1, 0)),
            new Geometry("7x7 3 to 32", Shape.of(1, 40, 37, 3), Shape.of(32, 7, 7, 3), Conv2dSpec.of(2, 3)));

    static void add(CaseList cases) {
        for (Geometry geometry : GEOMETRIES) {
            convolution(cases, geometry, true);
        }
        for (Geometry geometry : LARGE) {
            convolution(cases, geometry, false);
        }
        pools(cases);
        resizes(cases);
    }

    private static void convolution(CaseList cases, Geometry g, boolean differentiable) {
        Shape output = g.spec.outputShape(g.input, g.weight);
        long window = (long) g.weight.dim(1) * g.weight.dim(2);
        Accuracy forward = Accuracy.sum(window * g.weight.dim(3));
        Operand x = operand(g.input, differentiable);
        Operand w = operand(g.weight, differentiable);
        Operand bias = operand(Shape.of(g.weight.dim(0)), differentiable);
        Operand upstream = operand(output, differentiable);
        cases.one(Operation.CONV2D, g.name, FLOATING, forward, (ops, t) -> ops.conv2d(t[0], t[1], g.spec), x, w);
        cases.one(
                Operation.CONV2D_INPUT_GRADIENT,
                g.name,
                FLOATING,
                Accuracy.sum(window * g.weight.dim(0) / g.spec.groups()),
                (ops, t) -> ops.conv2dInputGradient(t[0], t[1], g.input, g.spec),
                upstream,
                w);
        cases.one(
                Operation.CONV2D_WEIGHT_GRADIENT,
                g.name,
                FLOATING,
                Accuracy.sum(output.size() / output.dim(3)),
                (ops, t) -> ops.conv2dWeightGradient(t[0], t[1], g.weight, g.spec),
                x,
                upstream);
        cases.one(
                "convolution",
                g.name + ", bias and ReLU",
                FLOATING,
                forward,
                (ops, t) -> ops.convolution(t[0], t[1], t[2], null, g.spec, true),
                x,
                w,
                bias);
        cases.one(
                "convolution",
                g.name + ", bias",
                FLOATING,
                forward,
                (ops, t) -> ops.convolution(t[0], t[1], t[2], null, g.spec, false),
                x,
                w,
                bias);
        cases.one(
                "convolution",
                g.name + ", ReLU",
                FLOATING,
                forward,
                (ops, t) -> ops.convolution(t[0], t[1], null, null, g.spec, true),
                x,
                w);
        cases.one(
                "convolution",
                g.name + ", addend",
                FLOATING,
                forward,
                (ops, t) -> ops.convolution(t[0], t[1], null, t[2], g.spec, false),
                x,
                w,
                upstream);
        cases.one(
                "convolution",
                g.name + ", bias, addend and ReLU",
                FLOATING,
                forward,
                (ops, t) -> ops.convolution(t[0], t[1], t[2], t[3], g.spec, true),
                x,
                w,
                bias,
                upstream);
    }

    private static Operand operand(Shape shape, boolean differentiable) {
        Operand operand = Operand.uniform(shape.toArray());
        return differentiable ? operand : operand.constant();
    }

    private static void pools(CaseList cases) {
        pool(cases, Pool2dSpec.of(3, 2, 1), 2, 7, 6, 5);
        pool(cases, Pool2dSpec.of(2, 2, 0), 1, 5, 7, 4);
        pool(cases, Pool2dSpec.of(3, 1, 1), 1, 4, 6, 3);
        pool(cases, Pool2dSpec.of(1, 1, 0), 1, 4, 4, 1);
        pool(cases, new Pool2dSpec(2, 3, 1, 2, 0, 1), 2, 5, 6, 13);
        pool(cases, Pool2dSpec.of(3, 2, 1), 1, 1, 1, 2);
        pool(cases, Pool2dSpec.of(3, 2, 1), 0, 4, 4, 2);
        pool(cases, Pool2dSpec.of(3, 2, 1), 1, 23, 31, 33);
        special(
                cases,
                "all below zero, padded",
                Operand.between(-3, -1, 1, 4, 4, 3).constant());
        special(cases, "all equal", Operand.between(2, 2.5, 1, 1, 1, 1).constant());
        double nan = Double.NaN;
        double low = Double.NEGATIVE_INFINITY;
        special(
                cases,
                "ties, NaN and infinity",
                Operand.of(Shape.of(1, 4, 4, 1), 1, 1, 2, 2, 1, 1, 2, 2, nan, 5, low, low, nan, 3, low, low)
                        .constant());
        for (int[] extents : new int[][] {{0, 2, 3, 4}, {1, 1, 1, 1}, {1, 2, 2, 13}, {3, 5, 4, 1}, {1, 16, 17, 5}}) {
            Operand places = Operand.index(extents[1] * extents[2], extents).as(DType.I32);
            cases.one(
                    Operation.MAX_POOL2D_GRADIENT,
                    text(extents),
                    FLOATING,
                    Accuracy.sum(8),
                    (ops, x) -> ops.maxPool2dGradient(x[0], x[1], Shape.of(extents)),
                    Operand.uniform(extents).constant(),
                    places);
        }
        cases.one(
                Operation.MAX_POOL2D_GRADIENT,
                "repeated places",
                FLOATING,
                Accuracy.sum(8),
                (ops, x) -> ops.maxPool2dGradient(x[0], x[1], Shape.of(2, 3, 2, 5)),
                Operand.uniform(2, 4, 3, 5).constant(),
                Operand.index(6, 2, 4, 3, 5).as(DType.I32));
    }

    private static void pool(CaseList cases, Pool2dSpec spec, int... extents) {
        String variant = text(extents) + " by " + spec.kernelH() + "x" + spec.kernelW() + " stride " + spec.strideH()
                + "x" + spec.strideW() + " padding " + spec.padH() + "x" + spec.padW();
        Operand x = Operand.distinct(extents);
        cases.several(
                Operation.MAX_POOL2D,
                variant,
                FLOATING,
                Accuracy.RELATIVE,
                (ops, t) -> {
                    Pooled pooled = ops.maxPool2d(t[0], spec);
                    return List.of(pooled.values(), pooled.indices());
                },
                x.shape().size() > 1000 ? x.constant() : x);
    }

    private static void special(CaseList cases, String variant, Operand x) {
        cases.several(
                Operation.MAX_POOL2D,
                variant,
                FLOATING,
                Accuracy.RELATIVE,
                (ops, t) -> {
                    Pooled pooled = ops.maxPool2d(t[0], Pool2dSpec.of(3, 2, 1));
                    return List.of(pooled.values(), pooled.indices());
                },
                x);
    }

    private static void resizes(CaseList cases) {
        resize(cases, 8, 12, 2, 4, 6, 5);
        resize(cases, 7, 13, 1, 4, 6, 13);
        resize(cases, 3, 2, 2, 7, 5, 4);
        resize(cases, 4, 6, 1, 4, 6, 1);
        resize(cases, 5, 4, 1, 1, 1, 31);
        resize(cases, 4, 4, 0, 2, 2, 3);
        resize(cases, 17, 15, 1, 16, 17, 5);
    }

    private static void resize(CaseList cases, int height, int width, int... extents) {
        String variant = text(extents) + " to " + height + "x" + width;
        cases.one(
                Operation.RESIZE_NEAREST,
                variant,
                FLOATING,
                Accuracy.RELATIVE,
                (ops, x) -> ops.resizeNearest(x[0], height, width),
                CaseList.block(Operand.uniform(extents)));
        cases.one(
                Operation.RESIZE_NEAREST_GRADIENT,
                variant,
                FLOATING,
                Accuracy.sum(20),
                (ops, x) -> ops.resizeNearestGradient(x[0], Shape.of(extents)),
                CaseList.block(Operand.uniform(extents[0], height, width, extents[3])));
    }
}
