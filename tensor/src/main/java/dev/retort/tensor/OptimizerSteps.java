package dev.retort.tensor;

import dev.retort.tensor.ComposedOperations.AdamWSettings;

/** Defaults of the optimizer steps in core operations. A backend that fuses them passes over memory once. */
final class OptimizerSteps {
    private OptimizerSteps() {}

    static void sgd(
            ComposedOperations ops,
            Tensor value,
            Tensor gradient,
            Tensor buffer,
            double learningRate,
            double momentum,
            double weightDecay) {
        try (Scope scope = Scope.open()) {
            ops.assign(buffer, scale(ops, buffer, momentum));
            ops.axpy(buffer, 1, gradient);
            ops.axpy(buffer, weightDecay, value);
            ops.axpy(value, -learningRate, buffer);
        }
    }

    static void adamw(
            ComposedOperations ops,
            Tensor value,
            Tensor gradient,
            Tensor average,
            Tensor squareAverage,
            int step,
            AdamWSettings s) {
        try (Scope scope = Scope.open()) {
            ops.axpy(value, -s.learningRate() * s.weightDecay(), value);
            ops.assign(average, scale(ops, average, s.beta1()));
            ops.axpy(average, 1 - s.beta1(), gradient);
            ops.assign(squareAverage, scale(ops, squareAverage, s.beta2()));
            ops.axpy(squareAverage, 1 - s.beta2(), ops.unary(UnaryOp.SQUARE, gradient));
            Tensor root = ops.unary(UnaryOp.SQRT, squareAverage);
            Tensor scaled = scale(ops, root, 1 / Math.sqrt(1 - StrictMath.pow(s.beta2(), step)));
            Tensor denominator = ops.binary(BinaryOp.ADD, scaled, ops.full(Shape.SCALAR, value.dtype(), s.eps()));
            double size = s.learningRate() / (1 - StrictMath.pow(s.beta1(), step));
            ops.axpy(value, -size, ops.binary(BinaryOp.DIV, average, denominator));
        }
    }

    private static Tensor scale(ComposedOperations ops, Tensor x, double factor) {
        return ops.binary(BinaryOp.MUL, x, ops.full(Shape.SCALAR, x.dtype(), factor));
    }
}
