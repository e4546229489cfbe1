package dev.retort.distill.icd;

import dev.retort.tensor.CompareOp;
import dev.retort.tensor.ReduceOp;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.List;

/**
 * How far the student's values are from the teacher's where the weighting looks (ICD, arXiv 2110.12724). The teacher's
 * values and the weights are constants.
 *
 * @param heads h; values [N, S, C] are compared as [N, S, h, d]
 */
public record DistillationLoss(int heads, LossForm form, DistillationNorm norm) {
    private static final double NORM_EPS = 1e-5;
    private static final double LEAST_WEIGHT = 1e-6;

    /**
     * The loss averaged over decoder layers; a scalar.
     *
     * @param student [N, S, C] for each layer
     * @param teacher [N, S, C] for each layer
     * @param weights [N, h, 1, S] for each layer
     */
    public Tensor forward(List<Tensor> student, List<Tensor> teacher, List<Tensor> weights) {
        if (student.isEmpty() || student.size() != teacher.size() || student.size() != weights.size()) {
            throw new ShapeException(
                    "The distillation loss takes as many student values, teacher values and weights, got "
                            + student.size() + ", " + teacher.size() + " and " + weights.size());
        }
        try (Scope scope = Scope.open()) {
            Tensor total = layer(student.get(0), teacher.get(0), weights.get(0));
            for (int i = 1; i < student.size(); i++) {
                total = total.add(layer(student.get(i), teacher.get(i), weights.get(i)));
            }
            return scope.keep(student.size() == 1 ? total : total.div(student.size()));
        }
    }

    /** The loss of one layer: student and teacher [N, S, C], weights [N, h, 1, S]; a scalar. */
    public Tensor layer(Tensor student, Tensor teacher, Tensor weights) {
        Shape shape = student.shape();
        if (shape.rank() != 3
                || shape.dim(2) % heads != 0
                || !teacher.shape().equals(shape)
                || !weights.shape().equals(Shape.of(shape.dim(0), heads, 1, shape.dim(1)))) {
            throw new ShapeException("Distillation with " + heads + " heads takes values [N, S, C] and weights"
                    + " [N, h, 1, S], got student " + shape + ", teacher " + teacher.shape() + ", weights "
                    + weights.shape());
        }
        try (Scope scope = Scope.open()) {
            Tensor s = split(student, norm == DistillationNorm.BOTH);
            Tensor t = split(Constants.of(teacher), norm != DistillationNorm.NONE);
            Tensor places = Constants.of(weights)
                    .reshape(shape.dim(0), heads, shape.dim(1))
                    .permute(0, 2, 1);
            Tensor error = distance(s, t).mean(3);
            Tensor loss = error.mul(normalize(places)).sum();
            return scope.keep(form == LossForm.ROOT_L2 ? root(loss) : loss);
        }
    }

    /** [N, S, C] as [N, S, h, d], normalized over d if asked. */
    private Tensor split(Tensor values, boolean normalized) {
        Tensor split = values.reshape(values.dim(0), values.dim(1), heads, values.dim(2) / heads);
        return normalized ? split.backend().layerNorm(split, null, null, NORM_EPS) : split;
    }

    private Tensor distance(Tensor s, Tensor t) {
        return switch (form) {
            case MSE, ROOT_L2 -> s.sub(t).square();
            case L1 -> s.sub(t).abs();
            case SMOOTH_L1 -> s.backend().smoothL1(s, t, 1);
        };
    }

    /**
     * Weights [N, S, h] that add up to 1: over all (MSE: over each image and head 1/(N*h)); to 0 where nothing counts.
     */
    private Tensor normalize(Tensor places) {
        if (form == LossForm.MSE) {
            Tensor sum = places.reduce(ReduceOp.SUM, true, 1).clamp(LEAST_WEIGHT, Double.POSITIVE_INFINITY);
            return places.div(sum.mul((double) places.dim(0) * heads));
        }
        return places.div(places.sum().clamp(LEAST_WEIGHT, Double.POSITIVE_INFINITY));
    }

    /** The square root with gradient 0, not NaN, at 0: where no instance counts, or student and teacher agree. */
    private static Tensor root(Tensor x) {
        Tensor one = x.backend().root().full(Shape.SCALAR, x.dtype(), 1);
        Tensor positive = x.compare(CompareOp.GT, 0);
        return positive.where(positive.where(x, one).sqrt(), x);
    }
}
