package dev.retort.autograd;

import static dev.retort.autograd.Rule.NOTHING;
import static dev.retort.autograd.Rule.OUTPUT;
import static dev.retort.autograd.Rule.input;

import dev.retort.autograd.Rule.Gradient;
import dev.retort.tensor.BinaryOp;
import dev.retort.tensor.CompareOp;
import dev.retort.tensor.ComposedOperations.NormGradient;
import dev.retort.tensor.Conv2dSpec;
import dev.retort.tensor.DType;
import dev.retort.tensor.GemmSpec;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UnaryOp;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * The rule table: one entry per operation, written in tensor operations, so that a tape beneath records them in turn.
 * {@code g} is the gradient of the operation's result; each entry says what the gradients need saved. Arrays are copied:
 * their callers may write to them before the gradient is asked for.
 */
final class Rules {
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);
    private static final double INVERSE_ROOT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

    private Rules() {}

    private static Rule rule(String name, Gradient gradient, int... needs) {
        return new Rule(name, needs, gradient);
    }

    /** A rule of one input. */
    private static Rule one(String name, int needs, BiFunction<Recorded, Tensor, Tensor> gradient) {
        return rule(name, (r, g) -> new Tensor[] {gradient.apply(r, g)}, needs);
    }

    static Rule unary(UnaryOp op) {
        String name = op.name();
        return switch (op) {
            case NEG -> one(name, NOTHING, (r, g) -> g.neg());
            case ABS -> one(name, input(0), (r, g) -> g.mul(r.in(0).unary(UnaryOp.SIGN)));
            case EXP -> one(name, OUTPUT, (r, g) -> g.mul(r.out()));
            case LOG -> one(name, input(0), (r, g) -> g.div(r.in(0)));
            case LOG1P -> one(name, input(0), (r, g) -> g.div(r.in(0).add(1)));
            case SQRT -> one(name, OUTPUT, (r, g) -> g.div(r.out().mul(2)));
            case RSQRT ->
                one(name, OUTPUT, (r, g) -> g.mul(r.out().square().mul(r.out()).mul(-0.5)));
            case SQUARE -> one(name, input(0), (r, g) -> g.mul(r.in(0).mul(2)));
            case RECIPROCAL ->
                one(name, OUTPUT, (r, g) -> g.mul(r.out().square()).neg());
            case SIN -> one(name, input(0), (r, g) -> g.mul(r.in(0).unary(UnaryOp.COS)));
            case COS ->
                one(name, input(0), (r, g) -> g.mul(r.in(0).unary(UnaryOp.SIN)).neg());
            case TANH ->
                one(name, OUTPUT, (r, g) -> g.mul(r.out().square().neg().add(1)));
            case SIGMOID ->
                one(name, OUTPUT, (r, g) -> g.mul(r.out().mul(r.out().neg().add(1))));
            case RELU -> one(name, OUTPUT, (r, g) -> r.ops().reluGradient(r.out(), g));
            case ERF ->
                one(name, input(0), (r, g) -> g.mul(r.in(0).square().neg().exp().mul(TWO_OVER_ROOT_PI)));
            case GELU -> one(name, input(0), (r, g) -> g.mul(geluSlope(r.in(0))));
            case SOFTPLUS -> one(name, input(0), (r, g) -> g.mul(r.in(0).sigmoid()));
            case FLOOR, CEIL, ROUND, SIGN -> one(name, NOTHING, (r, g) -> null);
        };
    }

    /** Phi(x) + x*phi(x). */
    private static Tensor geluSlope(Tensor x) {
        Tensor phi = x.square().mul(-0.5).exp().mul(INVERSE_ROOT_TWO_PI);
        Tensor distribution = x.mul(Math.sqrt(0.5)).unary(UnaryOp.ERF).add(1).mul(0.5);
        return distribution.add(x.mul(phi));
    }

    static Rule binary(BinaryOp op) {
        String name = op.name();
        return switch (op) {
            case ADD -> rule(name, (r, g) -> r.each(() -> g, () -> g), NOTHING, NOTHING);
            case SUB -> rule(name, (r, g) -> r.each(() -> g, g::neg), NOTHING, NOTHING);
            case MUL -> rule(name, (r, g) -> r.each(() -> g.mul(r.in(1)), () -> g.mul(r.in(0))), input(1), input(0));
            case DIV ->
                rule(
                        name,
                        (r, g) ->
                                r.each(() -> g.div(r.in(1)), () -> g.mul(r.out().div(r.in(1)))
                                        .neg()),
                        input(1),
                        input(1) | OUTPUT);
            case POW ->
                rule(
                        name,
                        (r, g) -> r.each(() -> g.mul(baseSlope(r)), () -> g.mul(powerSlope(r))),
                        input(0) | input(1),
                        input(0) | OUTPUT);
            case MAX -> rule(name, (r, g) -> selected(r, g, CompareOp.GT), input(0) | input(1), input(0) | input(1));
            case MIN -> rule(name, (r, g) -> selected(r, g, CompareOp.LT), input(0) | input(1), input(0) | input(1));
        };
    }

    /** b a^(b - 1), and 0 where b is 0, also at a = 0. */
    private static Tensor baseSlope(Recorded r) {
        Tensor zero = r.ops().full(Shape.SCALAR, r.in(1).dtype(), 0);
        Tensor power = r.ops().binary(BinaryOp.POW, r.in(0), r.in(1).sub(1));
        return r.in(1).compare(CompareOp.EQ, 0).where(zero, r.in(1).mul(power));
    }

    /** a^b ln a, and 0 where a is 0. */
    private static Tensor powerSlope(Recorded r) {
        Tensor zero = r.ops().full(Shape.SCALAR, r.out().dtype(), 0);
        return r.in(0).compare(CompareOp.EQ, 0).where(zero, r.out().mul(r.in(0).log()));
    }

    /** g goes to the operand that was taken, half to each where they are equal. */
    private static Tensor[] selected(Recorded r, Tensor g, CompareOp first) {
        Tensor zero = r.ops().full(Shape.SCALAR, g.dtype(), 0);
        Tensor ties = r.in(0).compare(CompareOp.EQ, r.in(1)).where(g.mul(0.5), zero);
        return r.each(
                () -> r.in(0).compare(first, r.in(1)).where(g, ties),
                () -> r.in(1).compare(first, r.in(0)).where(g, ties));
    }

    static final Rule WHERE = rule(
            "WHERE",
            (r, g) -> {
                Tensor zero = r.ops().full(Shape.SCALAR, g.dtype(), 0);
                return r.each(
                        () -> null, () -> r.in(0).where(g, zero), () -> r.in(0).where(zero, g));
            },
            NOTHING,
            input(0),
            input(0));

    static Rule clamp(double low, double high) {
        return one("CLAMP", input(0), (r, g) -> {
            Tensor zero = r.ops().full(Shape.SCALAR, g.dtype(), 0);
            Tensor above = r.in(0).compare(CompareOp.GE, low).where(g, zero);
            return r.in(0).compare(CompareOp.LE, high).where(above, zero);
        });
    }

    static Rule cast(DType from) {
        return one("CAST", NOTHING, (r, g) -> g.cast(from));
    }

    // Reductions

    static Rule reduce(ReduceOp op, Shape shape, int[] callers) {
        int[] axes = callers.clone();
        Shape kept = shape.reduce(axes, true);
        String name = op.name();
        return switch (op) {
            case SUM -> one(name, NOTHING, (r, g) -> g.reshape(kept).broadcastTo(shape));
            case MEAN ->
                one(name, NOTHING, (r, g) -> g.reshape(kept)
                        .mul((double) kept.size() / shape.size())
                        .broadcastTo(shape));
            case MAX, MIN ->
                one(name, input(0) | OUTPUT, (r, g) -> {
                    // Equal extremes share the gradient.
                    Tensor hits =
                            r.in(0).compare(CompareOp.EQ, r.out().reshape(kept)).cast(g.dtype());
                    Tensor share = g.reshape(kept).div(hits.reduce(ReduceOp.SUM, true, axes));
                    return hits.mul(share);
                });
        };
    }

    static Rule cumsum(int axis) {
        return one("CUMSUM", NOTHING, (r, g) -> g.reduce(ReduceOp.SUM, true, axis)
                .sub(r.ops().cumsum(g, axis))
                .add(g));
    }

    // Movement

    static final Rule RESHAPE = one("RESHAPE", NOTHING, (r, g) -> g.reshape(r.shape(0)));

    /** The engine sums the broadcast axes out. */
    static final Rule BROADCAST_TO = one("BROADCAST_TO", NOTHING, (r, g) -> g);

    static Rule narrow(int start) {
        return one("NARROW", NOTHING, (r, g) -> {
            int[] starts = new int[r.shape(0).rank()];
            starts[0] = start;
            return r.ops().sliceGradient(g, r.shape(0), starts, ones(starts.length));
        });
    }

    static Rule permute(int[] callers) {
        int[] axes = callers.clone();
        return one("PERMUTE", NOTHING, (r, g) -> {
            int[] inverse = new int[axes.length];
            for (int i = 0; i < axes.length; i++) {
                inverse[r.shape(0).axis(axes[i])] = i;
            }
            return g.permute(inverse);
        });
    }

    static Rule pad(int[] callers) {
        int[] before = callers.clone();
        return one("PAD", NOTHING, (r, g) -> {
            int[] ends = r.shape(0).toArray();
            for (int i = 0; i < ends.length; i++) {
                ends[i] += before[i];
            }
            return r.ops().slice(g, before, ends, ones(ends.length));
        });
    }

    static Rule slice(int[] callersStarts, int[] callersSteps) {
        int[] starts = callersStarts.clone();
        int[] steps = callersSteps.clone();
        return one("SLICE", NOTHING, (r, g) -> r.ops().sliceGradient(g, r.shape(0), starts, steps));
    }

    static Rule sliceGradient(int[] callersStarts, int[] callersSteps) {
        int[] starts = callersStarts.clone();
        int[] steps = callersSteps.clone();
        return one("SLICE_GRADIENT", NOTHING, (r, g) -> {
            int[] ends = new int[starts.length];
            for (int i = 0; i < ends.length; i++) {
                int extent = r.shape(0).dim(i);
                ends[i] = extent == 0 ? starts[i] : starts[i] + (extent - 1) * steps[i] + 1;
            }
            return r.ops().slice(g, starts, ends, steps);
        });
    }

    static Rule concat(int axis) {
        return rule(
                "CONCAT",
                (r, g) -> {
                    Tensor[] parts = new Tensor[r.node().inputs.length];
                    int start = 0;
                    for (int i = 0; i < parts.length; i++) {
                        int end = start + r.shape(i).dim(axis);
                        parts[i] = r.wants(i) ? g.slice(axis, start, end) : null;
                        start = end;
                    }
                    return parts;
                },
                NOTHING);
    }

    private static int[] ones(int rank) {
        int[] steps = new int[rank];
        Arrays.fill(steps, 1);
        return steps;
    }

    // Indexing: the index is input 1

    static Rule indexSelect(int axis) {
        return rule(
                "INDEX_SELECT",
                (r, g) -> r.each(
                        () -> r.ops().indexAdd(r.ops().zeros(r.shape(0), g.dtype()), axis, r.in(1), g), () -> null),
                input(1),
                NOTHING);
    }

    static Rule indexAdd(int axis) {
        return rule(
                "INDEX_ADD",
                (r, g) -> r.each(() -> g, () -> null, () -> g.indexSelect(axis, r.in(1))),
                NOTHING,
                NOTHING,
                input(1));
    }

    static Rule gather(int axis) {
        return rule(
                "GATHER",
                (r, g) -> r.each(
                        () -> r.ops().scatterAdd(r.ops().zeros(r.shape(0), g.dtype()), axis, r.in(1), g), () -> null),
                input(1),
                NOTHING);
    }

    static Rule scatterAdd(int axis) {
        return rule(
                "SCATTER_ADD",
                (r, g) -> r.each(() -> g, () -> null, () -> r.ops().gather(g, axis, r.in(1))),
                NOTHING,
                NOTHING,
                input(1));
    }

    // Linear algebra and convolution

    static Rule gemm(GemmSpec spec) {
        return rule(
                "GEMM",
                (r, g) -> r.each(
                        () -> spec.transposeA()
                                ? r.ops().gemm(r.in(1), g, spec.gradientA(), r.shape(0))
                                : r.ops().gemm(g, r.in(1), spec.gradientA(), r.shape(0)),
                        () -> spec.transposeB()
                                ? r.ops().gemm(g, r.in(0), spec.gradientB(), r.shape(1))
                                : r.ops().gemm(r.in(0), g, spec.gradientB(), r.shape(1))),
                input(1),
                input(0));
    }

    /** Inputs x [rows, in], weight [out, in], bias [out]. */
    static final Rule LINEAR = rule(
            "LINEAR",
            (r, g) -> {
                int out = r.shape(1).dim(0);
                int in = r.shape(1).dim(1);
                int rows = Math.toIntExact(out == 0 ? 0 : g.size() / out);
                return r.each(
                        () -> r.ops().gemm(g, r.in(1), GemmSpec.dense(rows, in, out, false, false), r.shape(0)),
                        () -> r.ops().gemm(g, r.in(0), GemmSpec.dense(out, in, rows, true, false), r.shape(1)),
                        () -> g.reshape(rows, out).sum(0));
            },
            input(1),
            input(0),
            NOTHING);

    static Rule conv2d(Conv2dSpec spec) {
        return rule(
                "CONV2D",
                (r, g) -> r.each(() -> r.ops().conv2dInputGradient(g, r.in(1), r.shape(0), spec), () -> r.ops()
                        .conv2dWeightGradient(r.in(0), g, r.shape(1), spec)),
                input(1),
                input(0));
    }

    /** Inputs g, weight. */
    static Rule conv2dInputGradient(Conv2dSpec spec) {
        return rule(
                "CONV2D_INPUT_GRADIENT",
                (r, g) -> r.each(() -> r.ops().conv2d(g, r.in(1), spec), () -> r.ops()
                        .conv2dWeightGradient(g, r.in(0), r.shape(1), spec)),
                input(1),
                input(0));
    }

    /** Inputs x, g. */
    static Rule conv2dWeightGradient(Conv2dSpec spec) {
        return rule(
                "CONV2D_WEIGHT_GRADIENT",
                (r, g) -> r.each(() -> r.ops().conv2dInputGradient(r.in(1), g, r.shape(0), spec), () -> r.ops()
                        .conv2d(r.in(0), g, spec)),
                input(1),
                input(0));
    }

    /** Inputs x, weight, bias, addend. */
    static Rule convolution(Conv2dSpec spec, boolean relu) {
        int mask = relu ? OUTPUT : NOTHING;
        return rule(
                "CONVOLUTION",
                (r, g) -> {
                    Tensor open = relu ? r.ops().reluGradient(r.out(), g) : g;
                    return r.each(
                            () -> r.ops().conv2dInputGradient(open, r.in(1), r.shape(0), spec),
                            () -> r.ops().conv2dWeightGradient(r.in(0), open, r.shape(1), spec),
                            () -> open.sum(0, 1, 2),
                            () -> open);
                },
                input(1) | mask,
                input(0) | mask,
                mask,
                mask);
    }

    /** Inputs x, indices. */
    static final Rule MAX_POOL2D = rule(
            "MAX_POOL2D",
            (r, g) -> r.each(() -> r.ops().maxPool2dGradient(g, r.in(1), r.shape(0)), () -> null),
            input(1),
            NOTHING);

    /** Inputs g [N, H', W', C], indices: reads at the places where g was added. */
    static final Rule MAX_POOL2D_GRADIENT = rule(
            "MAX_POOL2D_GRADIENT",
            (r, g) -> {
                Shape input = g.shape();
                Shape pooled = r.shape(1);
                int channels = input.dim(3);
                Tensor pixels = g.reshape(input.dim(0), input.dim(1) * input.dim(2), channels);
                Tensor places = r.in(1).reshape(input.dim(0), pooled.dim(1) * pooled.dim(2), channels);
                return r.each(() -> r.ops().gather(pixels, 1, places).reshape(pooled), () -> null);
            },
            input(1),
            NOTHING);

    static final Rule RESIZE_NEAREST =
            one("RESIZE_NEAREST", NOTHING, (r, g) -> r.ops().resizeNearestGradient(g, r.shape(0)));

    static final Rule RESIZE_NEAREST_GRADIENT = one("RESIZE_NEAREST_GRADIENT", NOTHING, (r, g) -> r.ops()
            .resizeNearest(g, r.shape(0).dim(1), r.shape(0).dim(2)));

    // Normalization and losses

    static Rule softmax(int axis) {
        return one("SOFTMAX", OUTPUT, (r, g) -> r.ops().softmaxGradient(r.out(), g, axis));
    }

    static Rule logSoftmax(int axis) {
        return one("LOG_SOFTMAX", OUTPUT, (r, g) -> g.sub(r.out().exp().mul(g.reduce(ReduceOp.SUM, true, axis))));
    }

    /** Inputs x, gamma, beta. */
    static Rule layerNorm(double eps, boolean affine) {
        return rule(
                "LAYER_NORM",
                (r, g) -> split(r, g, r.ops().layerNormGradient(r.in(0), affine ? r.in(1) : null, eps, g)),
                affine ? input(0) | input(1) : input(0));
    }

    /** Inputs x, gamma, beta, mean, variance. */
    static Rule batchNorm(double eps, boolean affine) {
        return rule(
                "BATCH_NORM",
                (r, g) -> {
                    Tensor mean = r.in(3);
                    Tensor variance = r.in(4);
                    if (r.ops().depth() > 0) {
                        // A second derivative must see that the statistics depend on x.
                        int[] rows = IntStream.range(0, r.shape(0).rank() - 1).toArray();
                        mean = r.in(0).mean(rows);
                        variance = r.in(0).sub(mean).square().mean(rows);
                    }
                    Tensor gamma = affine ? r.in(1) : null;
                    return split(r, g, r.ops().batchNormGradient(r.in(0), gamma, mean, variance, eps, g));
                },
                input(0) | input(3) | input(4) | (affine ? input(1) : NOTHING));
    }

    private static Tensor[] split(Recorded r, Tensor g, NormGradient gradient) {
        Tensor[] gradients = new Tensor[r.node().inputs.length];
        gradients[0] = gradient.x();
        gradients[1] = gradient.gamma();
        // Without gamma the kernel knows of no beta; the engine sums over the rows.
        gradients[2] = gradient.gamma() == null && r.wants(2) ? g : gradient.beta();
        return gradients;
    }

    /** Inputs x, targets; targets are constants. */
    static Rule focal(double alpha, double gamma) {
        return rule(
                "SIGMOID_FOCAL_LOSS",
                (r, g) -> r.each(() -> r.ops().sigmoidFocalLossGradient(r.in(0), r.in(1), alpha, gamma, g), () -> null),
                input(0) | input(1),
                NOTHING);
    }
}
