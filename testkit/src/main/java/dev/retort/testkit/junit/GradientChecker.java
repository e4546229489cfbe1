package dev.retort.testkit.junit;

import dev.retort.autograd.GradientCheck;
import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import dev.retort.testkit.cases.Operand;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.gradients.BackendComparison;
import dev.retort.testkit.gradients.Comparison;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Assumptions;

/**
 * Checks gradients on the backend and in the dtype of the test that it is handed to. {@link GradientChecked} says how.
 */
public final class GradientChecker implements AutoCloseable {
    private final PlannedCheck planned;
    private final GradientChecked settings;
    private final boolean required;
    private final String test;
    private Backend backend;
    private Backend oracle;
    private boolean used;

    GradientChecker(PlannedCheck planned, GradientChecked settings, boolean required, String test) {
        this.planned = planned;
        this.settings = settings;
        this.required = required;
        this.test = test;
    }

    /**
     * Checks the gradient of a function for all its differentiable operands.
     *
     * @param function takes one tensor for each operand, in order, and must use no other that has a gradient; a module is
     *     checked as a function of its input and its weights
     * @param operands shapes and how values are drawn, the same in every test; {@link Operand#constant} has no gradient
     * @throws AssertionError with the worst element, if a gradient or, against another backend, a result is wrong
     * @throws IllegalArgumentException if no operand has a gradient
     */
    public void check(GradientCheck.Function function, Operand... operands) {
        used = true;
        OperationCase wanted = new OperationCase(
                test,
                test,
                Set.of(planned.dtype()),
                new OperationCase.Accuracy(terms(operands), settings.magnitude()),
                List.of(operands),
                (ops, inputs) -> List.of(function.apply(inputs)));
        if (wanted.differentiable().isEmpty()) {
            throw new IllegalArgumentException("None of the " + operands.length
                    + " operands has a gradient to check: all are constants or indices");
        }
        open();
        try (Scope scope = Scope.open()) {
            if (planned.dtype() == DType.F64) {
                holdAgainstDifferences(wanted);
            }
            if (planned.isComparison()) {
                holdAgainstOracle(wanted);
            }
        } catch (UndeclaredOperationException undeclared) {
            skip(undeclared.getMessage());
        }
    }

    private long terms(Operand... operands) {
        long largest = Arrays.stream(operands)
                .mapToLong(operand -> operand.shape().size())
                .max()
                .orElse(1);
        return settings.terms() > 0 ? settings.terms() : Math.max(largest, 1);
    }

    private void holdAgainstDifferences(OperationCase wanted) {
        List<Tensor> inputs = wanted.inputs(backend, DType.F64, settings.seed());
        GradientCheck.Function function = leaves -> wanted.first(inputs, leaves);
        List<Tensor> leaves = wanted.leaves(inputs);
        GradientCheck check = GradientCheck.on(backend)
                .seed(settings.seed())
                .samples(settings.samples())
                .tolerance(settings.tolerance())
                .names(wanted.differentiable().stream().map(i -> "operand " + i).toArray(String[]::new));
        require(check.check(function, leaves), "");
        if (settings.secondOrder()) {
            require(check.secondOrder().check(function, leaves), "second order: ");
        }
    }

    private void require(GradientCheck.Report report, String what) {
        if (!report.passed()) {
            throw new AssertionError(planned + ": " + what + report);
        }
    }

    private void holdAgainstOracle(OperationCase wanted) {
        BackendComparison comparison = BackendComparison.of(backend, oracle).seed(settings.seed());
        require(comparison.forward(wanted, planned.dtype()), tensor -> "the result DISAGREES");
        require(
                comparison.backward(wanted, planned.dtype()),
                tensor -> "the gradient of operand " + wanted.differentiable().get(tensor) + " DISAGREES");
    }

    private void require(Comparison comparison, IntFunction<String> what) {
        if (!comparison.pass()) {
            throw new AssertionError(String.format(
                    Locale.ROOT,
                    "%s: %s (seed %d), worst at %s: %.9g where %s has %.9g, error %.3g, accepted %.3g",
                    planned,
                    what.apply(comparison.tensor()),
                    settings.seed(),
                    comparison.place(),
                    comparison.actual(),
                    planned.against(),
                    comparison.expected(),
                    comparison.error(),
                    comparison.bound()));
        }
    }

    /** Opened late: what keeps a backend from being used then skips the test and does not break it. */
    private void open() {
        if (backend == null) {
            backend = create(planned.backend());
            oracle = planned.isComparison() ? create(planned.against()) : null;
        }
    }

    private Backend create(String name) {
        BackendProvider provider = Backends.providers().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
        BackendProvider.Usability usability = provider.usability();
        if (!usability.usable()) {
            String reason = "Backend '" + name + "' cannot be used here: " + usability.reason();
            if (required) {
                throw new AssertionError(reason + " (" + GradientChecked.REQUIRED + " names it: it is not skipped)");
            }
            skip(reason);
        }
        return provider.create();
    }

    private void skip(String reason) {
        System.out.println("Skipped: " + planned + ": " + reason);
        Assumptions.abort(reason);
    }

    boolean isUsed() {
        return used;
    }

    @Override
    public void close() {
        if (oracle != null) {
            oracle.close();
        }
        if (backend != null) {
            backend.close();
        }
    }
}
