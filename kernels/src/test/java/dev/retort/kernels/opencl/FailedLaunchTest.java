package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.retort.kernels.device.Arguments;
import dev.retort.kernels.device.DelegatingDevice;
import dev.retort.kernels.device.Device;
import dev.retort.kernels.device.DeviceBackend;
import dev.retort.kernels.device.Grid;
import dev.retort.kernels.device.Kernel;
import dev.retort.kernels.device.Profile;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whichever of its kernels a device refuses, an operation gives back what it allocated: at once, not when a scope ends. */
@Tag("long")
class FailedLaunchTest {
    /** A device that refuses a kernel, once. */
    private static final class Refusing extends DelegatingDevice {
        private static final int NEVER = -1;

        private int launches;
        private int refused = NEVER;

        Refusing(Device inner) {
            super(inner);
        }

        @Override
        public void launch(Kernel kernel, Grid grid, Arguments arguments, Profile profile) {
            if (launches++ == refused) {
                refused = NEVER;
                throw new IllegalStateException("planted");
            }
            super.launch(kernel, grid, arguments, profile);
        }
    }

    @Test
    void anOperationGivesBackWhatItAllocated() {
        Refusing device = new Refusing(OpenCl.device());
        Set<String> tested = new HashSet<>();
        try (DeviceBackend backend = OpenCl.backend(device)) {
            for (OperationCase c : OperationCases.all()) {
                DType dtype = c.dtypes().contains(DType.F32) ? DType.F32 : DType.BOOL;
                int launches = c.dtypes().contains(dtype) ? launches(backend, device, c, dtype) : 0;
                for (int refused = 0; refused < launches; refused++) {
                    refuse(backend, device, c, dtype, refused);
                    tested.add(c.operation());
                }
            }
        }
        Stream<Operation> withKernels =
                Arrays.stream(Operation.values()).filter(operation -> !OnDeviceTest.WITHOUT_KERNEL.contains(operation));
        assertThat(tested).containsAll(withKernels.map(Operation::name).toList());
    }

    /** How many kernels a case calls; 0 if it makes tensors besides the results, which are its own to close. */
    private static int launches(DeviceBackend backend, Refusing device, OperationCase c, DType dtype) {
        try (Scope scope = Scope.open()) {
            List<Tensor> operands = c.inputs(backend, dtype, 1);
            long before = backend.memory().liveBytes();
            device.launches = 0;
            List<Tensor> results = c.apply(operands);
            results.stream().filter(result -> !operands.contains(result)).forEach(Tensor::close);
            backend.synchronize();
            return backend.memory().liveBytes() == before ? device.launches : 0;
        }
    }

    private static void refuse(DeviceBackend backend, Refusing device, OperationCase c, DType dtype, int refused) {
        try (Scope scope = Scope.open()) {
            List<Tensor> operands = c.inputs(backend, dtype, 1);
            long before = backend.memory().liveBytes();
            device.launches = 0;
            device.refused = refused;
            assertThatThrownBy(() -> c.apply(operands)).as(c.name()).hasMessage("planted");
            backend.synchronize();
            assertThat(backend.memory().liveBytes())
                    .as("%s, kernel %d", c.name(), refused)
                    .isEqualTo(before);
        }
    }
}
