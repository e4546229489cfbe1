package dev.retort.kernels.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.retort.kernels.device.DeviceBackend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import dev.retort.testkit.cases.OperationCase;
import dev.retort.testkit.cases.OperationCases;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Every declared operation runs on the device: the queue's tally grows by it, in every dtype. */
class OnDeviceTest {
    /** Transfers, and views of the same memory: no kernel. */
    static final Set<Operation> WITHOUT_KERNEL =
            EnumSet.of(Operation.UPLOAD, Operation.DOWNLOAD, Operation.RESHAPE, Operation.NARROW);

    @Test
    void everyDeclaredOperationCallsKernels() {
        Map<String, Boolean> ran = new TreeMap<>();
        try (DeviceBackend backend = OpenCl.backend(OpenCl.device())) {
            for (OperationCase c : OperationCases.all()) {
                for (DType dtype : c.dtypes()) {
                    if (isCore(c) && backend.supports(Operation.valueOf(c.operation()), dtype)) {
                        ran.merge(c.operation() + " " + dtype, launches(backend, c, dtype) > 0, Boolean::logicalOr);
                    }
                }
            }
            for (Operation operation : Operation.values()) {
                for (DType dtype : DType.values()) {
                    if (backend.supports(operation, dtype) && !WITHOUT_KERNEL.contains(operation)) {
                        assertThat(ran).containsEntry(operation + " " + dtype, true);
                    }
                }
            }
        }
    }

    private static boolean isCore(OperationCase c) {
        try {
            return !WITHOUT_KERNEL.contains(Operation.valueOf(c.operation()));
        } catch (IllegalArgumentException composed) {
            return false;
        }
    }

    /** How many kernels a case calls once its operands are there. */
    private static long launches(DeviceBackend backend, OperationCase c, DType dtype) {
        try (Scope scope = Scope.open()) {
            List<Tensor> operands = c.inputs(backend, dtype, 1);
            long before = total(backend);
            c.apply(operands);
            return total(backend) - before;
        }
    }

    private static long total(DeviceBackend backend) {
        return backend.launches().values().stream().mapToLong(Long::longValue).sum();
    }
}
