package dev.retort.bench.tune;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.device.DeviceTuning;
import org.junit.jupiter.api.Test;

class DeviceTunerTest {
    private static final DeviceTuning NOW = new DeviceTuning(6, 64, 4, 16, 256);

    @Test
    void anotherShapeHasToWinByTwoHundredths() {
        assertThat(DeviceTuner.choose(new double[] {0, Math.log(0.99), 0.5})).isZero();
        assertThat(DeviceTuner.choose(new double[] {0, Math.log(0.97), 0.5})).isEqualTo(1);
        assertThat(DeviceTuner.choose(new double[] {0, Math.log(0.97), Math.log(0.6), Math.log(0.7)}))
                .isEqualTo(2);
    }

    @Test
    void whatADeviceIsGivenIsWhatIsTried() {
        assertThat(DeviceTuner.candidates(NOW, true))
                .startsWith(NOW)
                .doesNotHaveDuplicates()
                .contains(new DeviceTuning(4, 32, 4, 16, 256))
                .allMatch(t -> t.tileMicro() == 4 && t.tileStep() == 16);
        assertThat(DeviceTuner.candidates(NOW, false))
                .startsWith(NOW)
                .doesNotHaveDuplicates()
                .contains(new DeviceTuning(6, 64, 8, 8, 256))
                .allMatch(t -> t.wideRows() == 6 && t.wideBytes() == 64);
    }
}
