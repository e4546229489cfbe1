package dev.retort.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.cases.OperationCases;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Walks every differentiable operation case with a tape over a tape: the gradient of a gradient agrees with central
 * differences of the gradient, or a clear error names the operation that has no rule of its own. Prints which is which.
 */
class SecondDerivativesTest {
    private static final int SAMPLES = 6;

    private enum Outcome {
        /** Agrees with differences. */
        CHECKED,
        /** The gradient is a constant, and differences of it are 0. */
        CONSTANT,
        /** A fused kernel stands in between. */
        REFUSED
    }

    private final Backend backend = new ReferenceBackend();

    @Test
    void gradientsOfGradientsAgreeWithDifferences() {
        Map<Outcome, TreeSet<String>> operations = new EnumMap<>(Outcome.class);
        Map<Outcome, Integer> cases = new EnumMap<>(Outcome.class);
        List<String> wrong = new ArrayList<>();
        for (OperationCase c : OperationCases.differentiable()) {
            if (c.dtypes().contains(DType.F64)) {
                try (Scope scope = Scope.open()) {
                    Outcome outcome = check(c, wrong);
                    cases.merge(outcome, 1, Integer::sum);
                    operations.computeIfAbsent(outcome, o -> new TreeSet<>()).add(c.operation());
                }
            }
        }
        System.out.println("Second derivatives, in cases: " + cases);
        operations.forEach((outcome, names) -> System.out.println("  " + outcome + ": " + String.join(", ", names)));
        assertThat(wrong).isEmpty();
        assertThat(cases.get(Outcome.CHECKED))
                .isGreaterThan(cases.values().stream().mapToInt(n -> n).sum() / 3);
        assertThat(backend.memory().liveBytes()).isZero();
    }

    private Outcome check(OperationCase c, List<String> wrong) {
        List<Tensor> inputs = c.inputs(backend, DType.F64, 11);
        boolean[] tracked = new boolean[1];
        GradientCheck.Function gradient = leaves -> {
            Tensor slope = gradient(c, inputs, leaves);
            tracked[0] |= slope.backend().depth() > 0;
            return slope;
        };
        try {
            GradientCheck.Report report =
                    GradientCheck.on(backend).samples(SAMPLES).check(gradient, c.leaves(inputs));
            if (!report.passed()) {
                wrong.add(c.name() + ": " + report);
            }
        } catch (UnsupportedOperationException e) {
            assertThat(e).hasMessageContaining("second derivative");
            return Outcome.REFUSED;
        }
        return tracked[0] ? Outcome.CHECKED : Outcome.CONSTANT;
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
            if (tape.node(y) != null) {
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
