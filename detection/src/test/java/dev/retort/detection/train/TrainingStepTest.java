package dev.retort.detection.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Parameter;
import dev.retort.nn.optim.GradientSource;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Worked out by hand: the loss of y = w * x with w = 3 is 9 * mean(x * x), its gradient 6 * mean(x * x). */
class TrainingStepTest {
    private static final Offset<Double> CLOSE = within(1e-12);

    private final Backend backend = Backends.create("reference");
    private final ScaledInput model = new ScaledInput(backend, 3);

    /** Gradient of the model's weight at each update, by iteration. */
    private final List<Map.Entry<Long, Double>> updates = new ArrayList<>();

    @AfterEach
    void nothingIsLeft() {
        model.close();
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    private void record(GradientSource gradients, long iteration) {
        updates.add(Map.entry(iteration, gradients.of(model.weight()).item()));
    }

    private Tensor images(double... values) {
        return backend.tensor(values, Shape.of(1, 1, values.length, 1), DType.F64);
    }

    @Test
    void eachMicroBatchIsAStepAndAddedLossesCount() {
        // Adds 5 * mean(y): 5 * 3 * 2 = 30 with gradient 10; the model's own loss is 9 * 5 = 45 with gradient 30.
        TrainingObjective.Terms added =
                student -> Map.of("mean", student.features().get(0).mean().mul(5));
        try (Scope scope = Scope.open();
                TrainingStep step = new TrainingStep(model, List.of(), 1, this::record)) {
            assertThat(step.microBatch(images(1, 3), List.of(), List.of(), Set.of(), 7))
                    .isEqualTo(Map.of("square", 45.0));
            Map<String, Double> values = step.microBatch(images(1, 3), List.of(), List.of(added), Set.of(), 8);
            assertThat(values).containsExactly(Map.entry("square", 45.0), Map.entry("mean", 30.0));
        }
        assertThat(updates).containsExactly(Map.entry(7L, 30.0), Map.entry(8L, 40.0));
    }

    @Test
    void gradientsOfMicroBatchesAreAveraged() {
        try (Scope scope = Scope.open();
                TrainingStep step = new TrainingStep(model, List.of(), 2, this::record)) {
            step.microBatch(images(1, 1), List.of(), List.of(), Set.of(), 0);
            assertThat(updates).isEmpty();
            step.microBatch(images(2, 2), List.of(), List.of(), Set.of(), 0);
            step.microBatch(images(3, 3), List.of(), List.of(), Set.of(), 1);
            step.microBatch(images(0, 0), List.of(), List.of(), Set.of(), 1);
        }
        assertThat(updates).containsExactly(Map.entry(0L, (6 + 24) / 2.0), Map.entry(1L, 54 / 2.0));
    }

    @Test
    void otherParametersHaveGradientsToo() {
        try (Scope scope = Scope.open();
                Parameter factor = new Parameter(backend.full(Shape.SCALAR, DType.F64, 2))) {
            double[] gradient = new double[1];
            TrainingObjective.Terms scaled =
                    student -> Map.of("scaled", student.features().get(0).mean().mul(factor.value()));
            try (TrainingStep step = new TrainingStep(model, List.of(factor), 1, (gradients, iteration) -> {
                gradient[0] = gradients.of(factor).item();
                record(gradients, iteration);
            })) {
                step.microBatch(images(1, 3), List.of(), List.of(scaled), Set.of(), 0);
            }
            assertThat(gradient[0]).isCloseTo(6, CLOSE);
            assertThat(updates).containsExactly(Map.entry(0L, 34.0));
        }
    }

    /** Of two micro-batches, too: one gradient is there, the other is none at all. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aHeldParameterHasNoGradient(int accumulate) {
        try (Scope scope = Scope.open();
                Parameter factor = new Parameter(backend.full(Shape.SCALAR, DType.F64, 2))) {
            List<Double> gradients = new ArrayList<>();
            TrainingObjective.Terms scaled =
                    student -> Map.of("scaled", student.features().get(0).mean().mul(factor.value()));
            try (TrainingStep step = new TrainingStep(model, List.of(factor), accumulate, (source, iteration) -> {
                assertThat(source.of(model.weight())).isNull();
                gradients.add(source.of(factor).item());
            })) {
                for (int micro = 0; micro < accumulate; micro++) {
                    step.microBatch(images(1, 3), List.of(), List.of(scaled), Set.of(model.weight()), 0);
                }
            }
            assertThat(gradients).singleElement().satisfies(value -> assertThat(value)
                    .isCloseTo(6, CLOSE));
        }
    }

    @Test
    void aLossThatIsNotFiniteIsNamedAndNothingIsUpdated() {
        TrainingObjective.Terms broken =
                student -> Map.of("broken", student.features().get(0).mean().div(0));
        try (Scope scope = Scope.open();
                TrainingStep step = new TrainingStep(model, List.of(), 1, this::record)) {
            assertThatThrownBy(() -> step.microBatch(images(1, 3), List.of(), List.of(broken), Set.of(), 4))
                    .isInstanceOf(TrainingException.class)
                    .hasMessageStartingWith("The loss 'broken' is Infinity at iteration 4: training has diverged");
        }
        assertThat(updates).isEmpty();
    }

    @Test
    void totalAddsInOrder() {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> terms = new LinkedHashMap<>();
            terms.put("a", backend.full(Shape.SCALAR, DType.F64, 1e16));
            terms.put("b", backend.full(Shape.SCALAR, DType.F64, -1e16));
            terms.put("c", backend.full(Shape.SCALAR, DType.F64, 1));
            assertThat(TrainingStep.total(terms).item()).isEqualTo(1);
        }
    }
}
