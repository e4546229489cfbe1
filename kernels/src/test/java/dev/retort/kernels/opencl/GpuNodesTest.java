package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files tell of a GPU. */
class GpuNodesTest {
    @TempDir
    Path devices;

    @Test
    void aDriversNodeTellsOfAGpu() throws IOException {
        Files.createFile(devices.resolve("null"));
        assertThat(GpuNodes.possible(devices)).isFalse();
        // A screen without a renderer, as virtual machines have it.
        Path screens = Files.createDirectory(devices.resolve("dri"));
        Files.createFile(screens.resolve("card0"));
        assertThat(GpuNodes.possible(devices)).isFalse();
        for (String node : new String[] {"dri/renderD128", "nvidiactl", "kfd", "dxg", "mali0", "kgsl-3d0"}) {
            Path file = Files.createFile(devices.resolve(node));
            assertThat(GpuNodes.possible(devices)).as(node).isTrue();
            Files.delete(file);
        }
    }
}
