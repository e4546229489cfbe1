package org.example.gradients;

import dev.retort.tensor.DType;
import dev.retort.tensor.Shape;
import dev.retort.testkit.cases.Operand;
import dev.retort.testkit.junit.GradientChecked;
import dev.retort.testkit.junit.GradientChecker;

/** The gradients of one's own module and loss: against differences on the reference, and on two other backends. */
class GradientsTest {
    private static final Operand CAUSAL = Operand.of(Shape.of(3, 3), 1, 0, 0, 1, 1, 0, 1, 1, 1)
            .as(DType.BOOL);

    /** A module is checked as a function of its input and its weights: it is made from them inside. */
    @GradientChecked(backends = {"simd", "triple-loop"})
    void selfAttention(GradientChecker gradients) {
        gradients.check(
                in -> new SelfAttention(in.get(1), in.get(2), in.get(3)).forward(in.get(0), in.get(4)),
                Operand.uniform(2, 3, 5),
                Operand.uniform(5, 4),
                Operand.uniform(5, 4),
                Operand.uniform(5, 4),
                CAUSAL);
    }

    /** The loss has a kink where p = y: the operands lie on grids that never meet. */
    @GradientChecked(backends = {"simd", "triple-loop"}, seed = 7)
    void quantileLoss(GradientChecker gradients) {
        gradients.check(
                in -> new QuantileLoss(0.9).of(in.get(0), in.get(1)),
                Operand.grid(-1, 1, 0, 6, 31),
                Operand.grid(-1, 1, 0.025, 6, 31).constant());
    }
}
