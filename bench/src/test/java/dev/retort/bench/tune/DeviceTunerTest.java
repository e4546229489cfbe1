package dev.retort.bench.tune;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeviceTunerTest {
    @Test
    void anotherShapeHasToWinByTwoHundredths() {
        assertThat(DeviceTuner.choose(new double[] {0, Math.log(0.99), 0.5})).isZero();
        assertThat(DeviceTuner.choose(new double[] {0, Math.log(0.97), 0.5})).isEqualTo(1);
        assertThat(DeviceTuner.choose(new double[] {0, Math.log(0.97), Math.log(0.6), Math.log(0.7)}))
                .isEqualTo(2);
    }
}
