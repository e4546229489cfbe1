package dev.retort.kernels.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceTuningTest {
    private static final DeviceTraits CARD = new DeviceTraits(
            "Radeon RX 7900 (gfx1100)",
            "Advanced Micro Devices, Inc.",
            false,
            true,
            false,
            256,
            1 << 16,
            1 << 30,
            1 << 28);

    @TempDir
    Path folder;

    @AfterEach
    void forget() {
        System.clearProperty(DeviceTuning.FILE_PROPERTY);
    }

    private static Properties table(String... entries) {
        Properties table = new Properties();
        for (String number : new String[] {"wide.rows", "wide.bytes", "tile.micro", "tile.step", "matrix.groups"}) {
            table.setProperty("default." + number, "16");
        }
        for (int i = 0; i < entries.length; i += 2) {
            table.setProperty(entries[i], entries[i + 1]);
        }
        return table;
    }

    @Test
    void theMostParticularSectionCounts() {
        Properties table = table("gpu.tile.micro", "3");
        assertThat(DeviceTuning.of(CARD, table)).isEqualTo(new DeviceTuning(16, 16, 3, 16, 16));
        table.setProperty("advanced-micro-devices-inc.tile.micro", "5");
        assertThat(DeviceTuning.of(CARD, table).tileMicro()).isEqualTo(5);
        table.setProperty("gfx1100.tile.micro", "6");
        assertThat(DeviceTuning.of(CARD, table).tileMicro()).isEqualTo(6);
        table.setProperty("radeon-rx-7900-gfx1100.tile.micro", "7");
        table.setProperty("cpu.tile.step", "9");
        assertThat(DeviceTuning.of(CARD, table)).isEqualTo(new DeviceTuning(16, 16, 7, 16, 16));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        DeviceTuning tuning = new DeviceTuning(5, 32, 8, 24, 256);
        Path file = Files.writeString(folder.resolve("device.properties"), "# made here\n" + tuning.text(CARD));
        System.setProperty(DeviceTuning.FILE_PROPERTY, file.toString());
        assertThat(DeviceTuning.of(CARD)).isEqualTo(tuning);
    }

    @Test
    void aBadFileIsRefusedWithWhatIsWrong() throws IOException {
        Path file = folder.resolve("device.properties");
        System.setProperty(DeviceTuning.FILE_PROPERTY, file.toString());
        assertThatThrownBy(() -> DeviceTuning.of(CARD))
                .hasMessageContaining("Cannot read the device tuning in " + file)
                .hasMessageContaining("bench tune --device");
        Files.writeString(file, "gpu.tile.macro = 4\n");
        assertThatThrownBy(() -> DeviceTuning.of(CARD)).hasMessageContaining("'gpu.tile.macro' is no section");
        Files.writeString(file, "gpu.tile.micro = four\n");
        assertThatThrownBy(() -> DeviceTuning.of(CARD))
                .hasMessageContaining("gpu.tile.micro must be a number, not 'four'");
        Files.writeString(file, "gpu.wide.bytes = 48\n");
        assertThatThrownBy(() -> DeviceTuning.of(CARD)).hasMessageContaining("wide.bytes must be 16, 32 or 64, not 48");
    }

    @Test
    void candidatesChangeTheKernelsThatTheDeviceIsGiven() {
        DeviceTuning now = new DeviceTuning(6, 64, 4, 16, 256);
        assertThat(now.candidates(true))
                .startsWith(now)
                .doesNotHaveDuplicates()
                .contains(new DeviceTuning(4, 32, 4, 16, 256))
                .allMatch(t -> t.tileMicro() == 4 && t.tileStep() == 16);
        assertThat(now.candidates(false))
                .startsWith(now)
                .doesNotHaveDuplicates()
                .contains(new DeviceTuning(6, 64, 8, 8, 256))
                .allMatch(t -> t.wideRows() == 6 && t.wideBytes() == 64);
    }
}
