package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.autograd.Tape;
import dev.retort.kernels.device.Device;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.KernelProfiler;
import dev.retort.tensor.KernelTime;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.TunableKernels;
import dev.retort.tensor.TunableKernels.Setting;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a backend offers besides operations is asked of the backend, or of a tape above it, whatever its class. */
class DeviceCapabilitiesTest {
    @Test
    void aDeviceTimesItsKernels() {
        try (Device device = OpenCl.device();
                Backend backend = OpenCl.backend(device);
                Tape tape = Tape.on(backend)) {
            Tensor x = tape.watch(backend.full(Shape.of(100), DType.F32, 1));
            KernelProfiler profiler =
                    x.backend().capability(KernelProfiler.class).orElseThrow();
            profiler.startProfile();
            x.add(1).toFloats();
            List<KernelTime> times = profiler.profile();
            assertThat(times).extracting(KernelTime::calls).allMatch(calls -> calls > 0);
            assertThat(times).anyMatch(time -> time.kernel().endsWith("F32") && time.seconds() > 0);
        }
    }

    @Test
    void aDeviceTakesItsOwnSettings() {
        try (Device device = OpenCl.device();
                Backend backend = OpenCl.backend(device)) {
            TunableKernels kernels = backend.capability(TunableKernels.class).orElseThrow();
            List<Setting> settings = kernels.settings();
            assertThat(settings).hasSizeGreaterThan(1);
            settings.get(1).use();
            assertThat(kernels.settings().get(0)).hasToString(settings.get(1).toString());
            assertThat(settings.get(1).text()).contains(".wide.rows = ", ".tile.micro = ");
            assertThat(kernels.fileVariable()).isEqualTo("RETORT_DEVICE_TUNING");
        }
    }

    @Test
    void theReferenceHasNeither() {
        try (Backend reference = new ReferenceBackend()) {
            assertThat(reference.capability(KernelProfiler.class)).isEmpty();
            assertThat(reference.capability(TunableKernels.class)).isEmpty();
        }
    }
}
