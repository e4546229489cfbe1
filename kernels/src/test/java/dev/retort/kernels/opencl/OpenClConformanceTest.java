package dev.retort.kernels.opencl;

import dev.retort.kernels.device.DelegatingDevice;
import dev.retort.tensor.Backend;
import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.testkit.cases.OperationCases;
import dev.retort.testkit.conformance.BackendConformance;
import dev.retort.testkit.conformance.Conformance;
import dev.retort.testkit.conformance.Oracle;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestFactory;

/** The kit of the tensor module, with the products for the device's kind, and those for GPUs besides. */
class OpenClConformanceTest {
    private static final Set<String> PRODUCTS = Set.of(
            "linear",
            "convolution",
            Operation.GEMM.name(),
            Operation.CONV2D.name(),
            Operation.CONV2D_INPUT_GRADIENT.name(),
            Operation.CONV2D_WEIGHT_GRADIENT.name());

    @Nested
    class AsItIs extends BackendConformance {
        @Override
        protected Backend backend() {
            return OpenCl.backend(OpenCl.device());
        }
    }

    /** The products of the kit by the kernels that a GPU is given. */
    @TestFactory
    Stream<DynamicTest> productsInTilesForGpus() {
        Backend backend = OpenCl.backend(DelegatingDevice.asGpu(OpenCl.device()));
        Conformance kit = new Conformance(backend, new Oracle());
        return OperationCases.all().stream()
                .filter(c -> PRODUCTS.contains(c.operation()))
                .flatMap(c -> Stream.of(DType.F32, DType.F64)
                        .filter(dtype -> kit.declares(c, dtype))
                        .map(dtype -> kit.agreement(c, dtype)))
                .map(check ->
                        DynamicTest.dynamicTest(check.name(), () -> check.run().run()))
                .onClose(backend::close);
    }
}
