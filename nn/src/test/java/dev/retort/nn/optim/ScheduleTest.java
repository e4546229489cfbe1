package dev.retort.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Rates at the places where something changes. */
class ScheduleTest {
    private static final long[] STEPS = {60, 80};

    @Test
    void multiStep() {
        Schedule schedule = new WarmupMultiStep(0.01, 0.1, STEPS, 90, Warmup.linear(0.001, 10));
        assertThat(schedule.learningRate(0)).isCloseTo(1e-5, within(1e-15));
        assertThat(schedule.learningRate(5)).isCloseTo(0.01 * (0.5 + 0.0005), within(1e-15));
        assertThat(schedule.learningRate(10)).isCloseTo(0.01, within(1e-15));
        assertThat(schedule.learningRate(59)).isCloseTo(0.01, within(1e-15));
        assertThat(schedule.learningRate(60)).isCloseTo(0.001, within(1e-15));
        assertThat(schedule.learningRate(79)).isCloseTo(0.001, within(1e-15));
        assertThat(schedule.learningRate(80)).isCloseTo(0.0001, within(1e-15));
        assertThat(schedule.learningRate(89)).isCloseTo(0.0001, within(1e-15));
    }

    @Test
    void constantWarmupStaysAtItsStart() {
        Warmup warmup = new Warmup(Warmup.Method.CONSTANT, 0.1, 10, false);
        Schedule schedule = new WarmupMultiStep(1, 0.1, STEPS, 90, warmup);
        assertThat(schedule.learningRate(9)).isCloseTo(0.1, within(1e-15));
        assertThat(schedule.learningRate(10)).isEqualTo(1);
    }

    @Test
    void noWarmup() {
        Schedule schedule = new WarmupCosine(1, 0, 100, Warmup.linear(0.001, 0));
        assertThat(schedule.learningRate(0)).isEqualTo(1);
    }

    /** The warm-up ends at the cosine's own value there; from then on the cosine runs as if there had been none. */
    @Test
    void cosine() {
        Schedule schedule = new WarmupCosine(2, 0.2, 100, Warmup.linear(0.5, 20));
        double atTwenty = 0.2 + 0.9 * (1 + Math.cos(Math.PI * 0.2));
        assertThat(schedule.learningRate(0)).isCloseTo(1, within(1e-12));
        assertThat(schedule.learningRate(10)).isCloseTo((1 + atTwenty) / 2, within(1e-12));
        assertThat(schedule.learningRate(20)).isCloseTo(atTwenty, within(1e-12));
        assertThat(schedule.learningRate(50)).isCloseTo(1.1, within(1e-12));
        assertThat(schedule.learningRate(100)).isCloseTo(0.2, within(1e-12));
    }

    /** Rescaled, the whole cosine is squeezed in behind the warm-up. */
    @Test
    void rescaledCosine() {
        Schedule schedule = new WarmupCosine(2, 0, 100, new Warmup(Warmup.Method.LINEAR, 0.5, 20, true));
        assertThat(schedule.learningRate(10)).isCloseTo(1.5, within(1e-12));
        assertThat(schedule.learningRate(20)).isCloseTo(2, within(1e-12));
        assertThat(schedule.learningRate(60)).isCloseTo(1, within(1e-12));
        assertThat(schedule.learningRate(100)).isCloseTo(0, within(1e-12));
    }

    @Test
    void badSettingsAreRefused() {
        Warmup warmup = Warmup.linear(0.001, 10);
        assertThatThrownBy(() -> new WarmupMultiStep(1, 0.1, new long[] {5, 5}, 90, warmup))
                .hasMessageContaining("ascend");
        assertThatThrownBy(() -> new WarmupCosine(1, 0, 0, warmup)).hasMessageContaining("0");
        assertThatThrownBy(() -> Warmup.linear(-1, 10)).hasMessageContaining("-1");
        assertThat(Schedule.constant(3).learningRate(1000)).isEqualTo(3);
    }
}
