package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.kernels.device.DelegatingDevice;
import dev.retort.kernels.device.Device;
import dev.retort.kernels.device.DeviceBackend;
import dev.retort.kernels.device.DeviceMemoryException;
import dev.retort.kernels.device.DeviceTraits;
import dev.retort.kernels.device.Grid;
import dev.retort.kernels.device.Kernel;
import dev.retort.kernels.device.KernelUnit;
import dev.retort.tensor.Backends;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Shape;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.UndeclaredOperationException;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a device cannot do, or a user gets wrong: one clear error each, after which the backend still works. */
class OpenClFaultsTest {
    private static Device with(UnaryOperator<DeviceTraits> change) {
        return new DelegatingDevice(OpenCl.device()) {
            @Override
            public DeviceTraits traits() {
                return change.apply(super.traits());
            }
        };
    }

    @Test
    void aDeviceWithoutDoublesComputesInFloats() {
        Device device = with(t -> t.withDoubles(false));
        try (DeviceBackend backend = OpenCl.backend(device);
                Scope scope = Scope.open()) {
            assertThat(backend.supports(Operation.BINARY, DType.F64)).isFalse();
            assertThat(backend.tensor(new float[] {1, 2}, 2).add(1).toFloats()).containsExactly(2, 3);
            assertThatThrownBy(() -> backend.tensor(new double[] {1, 2}, 2))
                    .isInstanceOf(UndeclaredOperationException.class)
                    .hasMessageContaining("F64");
        }
    }

    @Test
    void aDeviceWithGroupsOfOneIsRefused() {
        try (Device device = with(t -> t.withWorkGroup(1))) {
            assertThatThrownBy(() -> OpenCl.backend(device))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("at most 1 work-item(s) in a group")
                    .hasMessageContaining("simd");
        }
    }

    @Test
    void aKernelWithSmallerGroupsThanItsDeviceSaysWhatToDo() {
        Kernel product = new Kernel(new KernelUnit("tiled", DType.F32, Map.of("MICRO", 8, "STEP", 16)), "gemm_tiled");
        OpenClDevice.checkGroup("a card", product, 256, new Grid(1000, 1000, 1, 16, 16));
        assertThatThrownBy(() -> OpenClDevice.checkGroup("a card", product, 255, new Grid(1000, 1000, 1, 16, 16)))
                .isInstanceOf(OpenClException.class)
                .hasMessageContaining("a card runs gemm_tiled F32 in groups of at most 255 work-item(s)")
                .hasMessageContaining("asked for 16 x 16")
                .hasMessageContaining("smaller tile.micro")
                .hasMessageContaining("RETORT_DEVICE_TUNING");
        Kernel other = new Kernel(new KernelUnit("unary", DType.F64, Map.of()), "unary_EXP");
        assertThatThrownBy(() -> OpenClDevice.checkGroup("a card", other, 32, Grid.of(1000)))
                .isInstanceOf(OpenClException.class)
                .hasMessageContaining("unary_EXP F64 in groups of at most 32 work-item(s), asked for 64 x 1")
                .hasMessageEndingWith(": choose another device, or compute with simd");
    }

    @Test
    void aDeviceThatIsFullSaysHowFull() {
        try (DeviceBackend backend = new DeviceBackend("opencl", OpenCl.device(), 1 << 20);
                Scope scope = Scope.open()) {
            Tensor first = backend.full(Shape.of(150_000), DType.F32, 1);
            assertThatThrownBy(() -> backend.full(Shape.of(150_000), DType.F32, 1))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasMessageContaining("655360 bytes are live")
                    .hasMessageContaining("the limit is 1048576 bytes")
                    .hasMessageContaining("smaller batch");
            assertThat(first.sum().item()).isEqualTo(150_000);
            first.close();
            assertThat(backend.full(Shape.of(120_000), DType.F32, 2).sum().item())
                    .isEqualTo(240_000);
        }
    }

    /** A device that refuses the next allocation, as drivers do when others hold its memory. */
    private static final class Refusing extends DelegatingDevice {
        private int refusals;

        Refusing(Device inner) {
            super(inner);
        }

        @Override
        public Block allocate(long bytes) {
            if (refusals > 0) {
                refusals--;
                throw new DeviceMemoryException("planted", null);
            }
            return super.allocate(bytes);
        }
    }

    @Test
    void anAllocationThatFailsIsTriedAgainWithoutThePool() {
        Refusing device = new Refusing(OpenCl.device());
        try (DeviceBackend backend = OpenCl.backend(device);
                Scope scope = Scope.open()) {
            backend.full(Shape.of(1000), DType.F32, 1).close();
            assertThat(backend.memory().pooledBytes()).isPositive();
            device.refusals = 1;
            assertThat(backend.full(Shape.of(9), DType.F64, 4).toDoubles()).containsOnly(4);
            assertThat(backend.memory().pooledBytes()).isZero();
            device.refusals = 2;
            assertThatThrownBy(() -> backend.full(Shape.of(5000), DType.F32, 1))
                    .isInstanceOf(DeviceMemoryException.class)
                    .hasRootCauseMessage("planted");
            assertThat(backend.full(Shape.of(5000), DType.F32, 1).sum().item()).isEqualTo(5000);
        }
    }

    @Test
    void allMemoryGoesBackWhenTheBackendCloses() {
        DeviceBackend backend = OpenCl.backend(OpenCl.device());
        Tensor open = backend.full(Shape.of(1000), DType.F32, 1);
        backend.full(Shape.of(1000), DType.F32, 1).close();
        backend.close();
        assertThat(backend.memory().liveBytes()).isZero();
        assertThat(backend.memory().pooledBytes()).isZero();
        assertThatThrownBy(open::toDoubles)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> backend.assign(open, open)).hasMessageContaining("closed");
        assertThatThrownBy(backend::synchronize).hasMessageContaining("closed");
        backend.close();
        open.close();
        assertThat(backend.memory().liveBytes()).isZero();
        assertThatThrownBy(() -> backend.zeros(Shape.of(1), DType.F32))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void memoryThatOverlapsIsCopiedAsItWas() {
        try (DeviceBackend backend = OpenCl.backend(OpenCl.device());
                Scope scope = Scope.open()) {
            float[] values = new float[100_001];
            for (int i = 0; i < values.length; i++) {
                values[i] = i;
            }
            Tensor all = backend.tensor(values, values.length);
            backend.assign(all.narrow(1, 100_000), all.narrow(0, 100_000));
            float[] moved = all.toFloats();
            for (int i = 1; i < moved.length; i++) {
                assertThat(moved[i]).isEqualTo(i - 1);
            }
        }
    }

    @Test
    void aWrongNameListsTheDevices() {
        OpenCl.device().close();
        assertThatThrownBy(() -> Backends.create("opencl:no such card"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no such card")
                .hasMessageContaining("there are 0 ")
                .hasMessageContaining("opencl:0");
        assertThatThrownBy(() -> Backends.create("opencl:777"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'777'");
        assertThatThrownBy(() -> Backends.create("simd:1"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("simd has nothing to choose from");
        Backends.create("opencl:0").close();
    }
}
