package dev.retort.testkit.gradients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.autograd.GradientCheck;
import dev.retort.autograd.Gradients;
import dev.retort.autograd.Tape;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.reference.ReferenceBackend;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Walks every differentiable operation case with a tape over a tape: the gradient of a gradient agrees with central
 * differences of the gradient, without exception.
 */
class SecondDerivativesTest {
    private static final int SAMPLES = 6;

    /** Steps: their gradient is 0 wherever there is one, and no tape has to know. */
    private static final Set<String> STEPS = Set.of("FLOOR", "CEIL", "ROUND", "SIGN");

    private final Backend backend = new ReferenceBackend();

    @Test
    void gradientsOfGradientsAgreeWithDifferences() {
        int checked = 0;
        Set<String> constant = new TreeSet<>();
        List<String> wrong = new ArrayList<>();
        for (OperationCase c : OperationCases.differentiable()) {
            if (c.dtypes().contains(DType.F64)) {
                try (Scope scope = Scope.open()) {
                    if (check(c, wrong)) {
                        checked++;
                    } else {
                        // UNARY FLOOR 3x31: the function, not the extents.
                        constant.add(c.name().split(" ")[1]);
                    }
                }
            }
        }
        System.out.println("Second derivatives: " + checked + " cases are checked");
        assertThat(wrong).isEmpty();
        assertThat(constant).as("functions whose gradient does not depend on x").isEqualTo(STEPS);
        assertThat(checked).isPositive();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    /** Whether the gradient depends on anything; what differences say against it goes to {@code wrong}. */
    private boolean check(OperationCase c, List<String> wrong) {
        List<Tensor> inputs = c.inputs(backend, DType.F64, 11);
        boolean[] tracked = new boolean[1];
        GradientCheck.Function gradient = leaves -> {
            Tensor slope = gradient(c, inputs, leaves);
            tracked[0] |= slope.backend().depth() > 0;
            return slope;
        };
        GradientCheck.Report report = GradientCheck.on(backend).samples(SAMPLES).check(gradient, c.leaves(inputs));
        if (!report.passed()) {
            wrong.add(c.name() + ": " + report);
        }
        return tracked[0];
    }

    /** Gradients of a random projection of result + result^2 for all leaves, in one row. */
    private Tensor gradient(OperationCase c, List<Tensor> inputs, List<Tensor> leaves) {
        Backend beneath = Backend.of(leaves.toArray(Tensor[]::new));
        Tensor row;
        try (Tape tape = Tape.on(beneath)) {
            List<Tensor> own = leaves.stream().map(tape::watch).toList();
            Tensor result = c.first(inputs, own);
            // The square lets the gradient of a linear operation depend on its operands, too.
            Tensor y = result.dtype() == DType.F64 ? result.add(result.square()) : result;
            List<Tensor> parts = new ArrayList<>(List.of(backend.zeros(Shape.of(1), DType.F64)));
            if (tape.tracks(y)) {
                double[] projection =
                        new SplittableRandom(5).doubles(y.size(), -1, 1).toArray();
                Tensor upstream = backend.tensor(projection, y.shape(), y.dtype());
                Gradients gradients = tape.gradients(List.of(y), List.of(upstream), false);
                own.stream()
                        .map(gradients::of)
                        .filter(g -> g != null)
                        .forEach(g -> parts.add(g.reshape((int) g.size())));
            }
            row = Backend.of(parts.toArray(Tensor[]::new))
                    .concat(0, parts.toArray(Tensor[]::new))
                    .alias();
        }
        Scope.adopt(row);
        return row;
    }
}
