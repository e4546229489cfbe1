package dev.retort.detection.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightAverageTest {
    private final Backend backend = Backends.create("reference");
    private final ScaledInput model = new ScaledInput(backend, 1);

    @AfterEach
    void nothingIsLeft() {
        model.close();
        assertThat(backend.memory().liveBytes()).isZero();
        backend.close();
    }

    private void set(Tensor tensor, double value) {
        try (Scope scope = Scope.open()) {
            backend.assign(tensor, backend.full(Shape.of(1), DType.F64, value));
        }
    }

    private void set(double weight, double statistic) {
        set(model.weight().data(), weight);
        set(model.statistic(), statistic);
    }

    /** With d = min(decay, (1 + n) / (10 + n)): 2/11, 3/12, then the decay, which is smaller than 4/13. */
    @ParameterizedTest
    @ValueSource(doubles = {0.26, 0.9})
    void weightsAndStatisticsAreAveraged(double decay) {
        try (WeightAverage average = new WeightAverage(model, decay)) {
            double weight = 1;
            double statistic = 0;
            double[][] steps = {{4, 10}, {-2, 20}, {8, 5}};
            for (int n = 1; n <= steps.length; n++) {
                set(steps[n - 1][0], steps[n - 1][1]);
                average.update(n);
                double d = Math.min(decay, (1.0 + n) / (10 + n));
                weight = d * weight + (1 - d) * steps[n - 1][0];
                statistic = d * statistic + (1 - d) * steps[n - 1][1];
            }
            average.swap();
            assertThat(model.weight().data().item()).isCloseTo(weight, within(1e-12));
            assertThat(model.statistic().item()).isCloseTo(statistic, within(1e-12));
            if (decay == 0.26) {
                // (2/11 + 9/11 * 4) = 38/11; 1/4 * 38/11 - 3/4 * 2 = -7/11; 0.26 * -7/11 + 0.74 * 8.
                assertThat(weight).isCloseTo(0.26 * -7 / 11 + 0.74 * 8, within(1e-12));
            }
            average.swap();
            assertThat(model.weight().data().item()).isEqualTo(8);
            assertThat(model.statistic().item()).isEqualTo(5);
        }
    }

    @Test
    void aDecayOfTheFirstStepsCountsForLittle() {
        try (WeightAverage average = new WeightAverage(model, 0.999)) {
            set(12, 0);
            average.update(1);
            average.swap();
            assertThat(model.weight().data().item()).isCloseTo(2 / 11.0 * 1 + 9 / 11.0 * 12, within(1e-12));
        }
    }

    @Test
    void itsEntriesAreTheModels() {
        try (WeightAverage average = new WeightAverage(model, 0.5)) {
            assertThat(average.state().keySet()).isEqualTo(model.state().keySet());
            set(6, 7);
            assertThat(average.state().get("weight").item()).isEqualTo(1);
            average.take();
            assertThat(average.state().get("weight").item()).isEqualTo(6);
            assertThat(average.state().get("statistic").item()).isEqualTo(7);
        }
    }
}
