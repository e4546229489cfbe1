package dev.retort.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.retort.autograd.Parameter;
import dev.retort.nn.TestTensors;
import dev.retort.tensor.Backend;
import dev.retort.tensor.Scope;
import dev.retort.tensor.ShapeException;
import dev.retort.tensor.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Optimizers, clipping and accumulation against numbers worked out by hand. */
class OptimizerTest {
    private final Backend backend = TestTensors.reference();
    private final Scope scope = Scope.open();
    private final Parameter a = new Parameter(backend.tensor(new double[] {1, -2}, 2));
    private final Parameter b = new Parameter(backend.tensor(new double[] {10}, 1));
    private final ParameterGroup group = ParameterGroup.of(Map.of("a", a), 0.5);

    @AfterEach
    void nothingIsLeft() {
        a.close();
        b.close();
        scope.close();
        assertThat(backend.memory().liveBytes()).isZero();
    }

    private Tensor vector(double... values) {
        return backend.tensor(values, values.length);
    }

    private GradientSource only(Parameter parameter, double... gradient) {
        Tensor tensor = vector(gradient);
        return asked -> asked == parameter ? tensor : null;
    }

    /** d1 = (1 + 0.5, 1 - 1) = (1.5, 0); a = (1 - 0.15, -2); d2 = (1.425, 0), buffer = (0.9*1.5 + 1.425, 0). */
    @Test
    void sgdWithMomentumAndDecay() {
        try (Sgd sgd = new Sgd(group, 0.9, new Clipping.None())) {
            sgd.step(only(a, 1, 1), 0.1);
            assertThat(a.data().toDoubles()).containsExactly(new double[] {0.85, -2}, within(1e-12));
            sgd.step(only(a, 1, 1), 0.1);
            assertThat(sgd.state().keySet()).containsExactly("momentum.a");
            assertThat(sgd.state().get("momentum.a").toDoubles())
                    .containsExactly(new double[] {2.775, 0}, within(1e-12));
            assertThat(a.data().toDoubles()).containsExactly(new double[] {0.5725, -2}, within(1e-12));
        }
    }

    /** The same d's; each step goes by d + 0.9*buffer: 0.1*(1.5 + 1.35), then d2 = 1.3575, buffer 2.7075. */
    @Test
    void sgdWithLookAhead() {
        try (Sgd sgd = new Sgd(List.of(group), 0.9, true, new Clipping.None())) {
            sgd.step(only(a, 1, 1), 0.1);
            assertThat(a.data().toDoubles()[0]).isCloseTo(0.715, within(1e-12));
            sgd.step(only(a, 1, 1), 0.1);
            assertThat(a.data().toDoubles()[0]).isCloseTo(0.715 - 0.1 * (1.3575 + 0.9 * 2.7075), within(1e-12));
        }
    }

    @Test
    void plainSgdHasNoState() {
        try (Sgd sgd = new Sgd(group, 0, new Clipping.None())) {
            sgd.step(only(a, 1, 1), 0.1);
            assertThat(a.data().toDoubles()).containsExactly(new double[] {0.85, -2}, within(1e-12));
            assertThat(sgd.state()).isEmpty();
            assertThat(sgd.steps()).isEqualTo(Map.of("a", 1));
        }
    }

    /** Whatever the gradient's size, the first step of Adam is the learning rate, after the decay a *= 1 - 0.1*0.5. */
    @Test
    void adamw() {
        try (AdamW adamw = new AdamW(group, new Clipping.None())) {
            adamw.step(only(a, 3, -0.02), 0.1);
            assertThat(a.data().toDoubles()).containsExactly(new double[] {0.95 - 0.1, -1.9 + 0.1}, within(1e-6));
            adamw.step(only(a, 1, 0), 0.1);
            double average = (0.9 * 0.3 + 0.1) / (1 - 0.81);
            double square = (0.999 * 0.009 + 0.001) / (1 - 0.998001);
            assertThat(a.data().toDoubles()[0])
                    .isCloseTo(0.85 * 0.95 - 0.1 * average / Math.sqrt(square), within(1e-6));
        }
    }

    @Test
    void withoutGradientNothingHappens() {
        ParameterGroup both = ParameterGroup.of(Map.of("a", a, "b", b), 0.5);
        try (AdamW adamw = new AdamW(both, new Clipping.GlobalNorm(1))) {
            adamw.step(only(a, 1, 1), 0.1);
            assertThat(b.data().item()).isEqualTo(10);
            assertThat(adamw.state().keySet()).containsExactly("exp_avg.a", "exp_avg_sq.a");
            adamw.step(parameter -> null, 0.1);
            assertThat(adamw.steps()).isEqualTo(Map.of("a", 1));
        }
    }

    @Test
    void groupsHaveTheirOwnRateAndDecay() {
        ParameterGroup slow = new ParameterGroup(Map.of("b", b), 0.1, 0);
        Tensor ones = vector(1, 1);
        Tensor one = vector(1);
        try (Sgd sgd = new Sgd(List.of(group, slow), 0, false, new Clipping.None())) {
            sgd.step(parameter -> parameter == a ? ones : one, 0.1);
            assertThat(a.data().toDoubles()).containsExactly(new double[] {0.85, -2}, within(1e-12));
            assertThat(b.data().item()).isCloseTo(9.99, within(1e-12));
        }
        assertThatThrownBy(() -> new Sgd(List.of(group, group), 0, false, new Clipping.None()))
                .hasMessageContaining("two groups");
    }

    @Test
    void clippingByValueAndByNorm() {
        List<Tensor> gradients = List.of(vector(3, -0.5), vector(-4));
        List<Tensor> byValue = new Clipping.Value(1).clip(gradients);
        assertThat(byValue.get(0).toDoubles()).containsExactly(1, -0.5);
        assertThat(byValue.get(1).toDoubles()).containsExactly(-1);

        double norm = Math.sqrt(9 + 0.25 + 16);
        assertThat(Clipping.norm(gradients).item()).isCloseTo(norm, within(1e-12));
        List<Tensor> byNorm = new Clipping.GlobalNorm(2).clip(gradients);
        assertThat(byNorm.get(1).item()).isCloseTo(-8 / (norm + 1e-6), within(1e-12));
        List<Tensor> free = new Clipping.GlobalNorm(6).clip(gradients);
        assertThat(free.get(0).toDoubles()).containsExactly(3, -0.5);
        assertThat(new Clipping.GlobalNorm(6).clip(List.of())).isEmpty();
        assertThatThrownBy(() -> new Clipping.Value(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Clipping.GlobalNorm(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void stepClipsFirst() {
        try (Sgd sgd = new Sgd(ParameterGroup.of(Map.of("a", a), 0), 0, new Clipping.Value(0.5))) {
            sgd.step(only(a, 7, -7), 1);
            assertThat(a.data().toDoubles()).containsExactly(0.5, -1.5);
        }
    }

    @Test
    void aGradientOfAnotherShapeIsRefused() {
        try (Sgd sgd = new Sgd(group, 0, new Clipping.None())) {
            assertThatThrownBy(() -> sgd.step(only(a, 1), 0.1))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("'a'");
        }
    }

    @Test
    void restoredOptimizerGoesOnAlike() {
        Parameter twin = new Parameter(vector(1, -2));
        try (AdamW first = new AdamW(group, new Clipping.None());
                AdamW second = new AdamW(ParameterGroup.of(Map.of("a", twin), 0.5), new Clipping.None())) {
            first.step(only(a, 3, 1), 0.1);
            TestTensors.set(twin.data(), a.data().toDoubles());
            second.restore(first.state(), first.steps());
            first.step(only(a, -1, 2), 0.1);
            second.step(only(twin, -1, 2), 0.1);
            assertThat(twin.data().toDoubles()).isEqualTo(a.data().toDoubles());
            assertThatThrownBy(() -> second.restore(Map.of(), Map.of("a", 1))).hasMessageContaining("exp_avg.a");
            assertThatThrownBy(() -> second.restore(Map.of(), Map.of("c", 1))).hasMessageContaining("'c'");
        }
        twin.close();
    }

    @Test
    void accumulatorAverages() {
        try (GradientAccumulator accumulator = new GradientAccumulator(List.of(a, b), 2)) {
            assertThat(accumulator.add(only(a, 1, 2))).isFalse();
            assertThatThrownBy(() -> accumulator.of(a)).hasMessageContaining("1 of 2");
            assertThat(accumulator.add(only(a, 3, -2))).isTrue();
            assertThat(accumulator.of(a).toDoubles()).containsExactly(2, 0);
            assertThat(accumulator.of(b)).isNull();
            // A missing gradient counts as 0, and the next step starts anew.
            accumulator.add(only(b, 8));
            accumulator.add(only(a, 5, 5));
            assertThat(accumulator.of(a).toDoubles()).containsExactly(2.5, 2.5);
            assertThat(accumulator.of(b).item()).isEqualTo(4);
        }
        assertThatThrownBy(() -> new GradientAccumulator(List.of(a), 0)).hasMessageContaining("0");
    }

    @Test
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> new Sgd(group, 1, new Clipping.None())).hasMessageContaining("1.0");
        assertThatThrownBy(() -> new Sgd(List.of(group), 0, true, new Clipping.None()))
                .hasMessageContaining("Nesterov");
        assertThatThrownBy(() -> new AdamW(List.of(group), 0.9, 1, 1e-8, new Clipping.None()))
                .hasMessageContaining("betas");
        assertThatThrownBy(() -> ParameterGroup.of(Map.of(), -1)).hasMessageContaining("-1");
    }
}
