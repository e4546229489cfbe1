package dev.retort.kernels.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class DeviceSelectorTest {
    private static final List<String> DEVICES = List.of("GeForce RTX 3090", "GeForce RTX 4090", "H100 PCIe");

    private static String chosen(String wanted) {
        return DeviceSelector.of("cuda", DEVICES, Function.identity(), wanted);
    }

    @Test
    void numbersCountAndNamesContain() {
        assertThat(chosen("")).isEqualTo(DEVICES.get(0));
        assertThat(chosen("1")).isEqualTo(DEVICES.get(1));
        assertThat(chosen("4090")).isEqualTo(DEVICES.get(1));
        assertThat(chosen("h100")).isEqualTo(DEVICES.get(2));
    }

    @Test
    void whatIsNotThereIsRefusedWithWhatIs() {
        // No part of a name: 10 is in H100.
        for (String wanted : new String[] {"3", "10", "5090", "radeon"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> chosen(wanted))
                    .withMessageContaining("There is no cuda device '" + wanted + "'")
                    .withMessageContaining("2 H100 PCIe");
        }
    }
}
