package dev.retort.kernels.simd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Operation;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.cases.OperationCases;
import dev.retort.tensor.conformance.BackendConformance;
import dev.retort.tensor.conformance.Conformance;
import dev.retort.tensor.conformance.Oracle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The kit of the tensor module, on both kinds of loops. */
@Tag("smoke")
class SimdConformanceTest {
    private static final Set<String> CONVOLUTIONS =
            Set.of("convolution", Operation.CONV2D.name(), Operation.CONV2D_INPUT_GRADIENT.name());

    @Nested
    class OnVectors extends BackendConformance {
        @Override
        protected Backend backend() {
            return SimdBackend.vector(new Parallel(2));
        }
    }

    @Nested
    class InPlainJava extends BackendConformance {
        @Override
        protected Backend backend() {
            return SimdBackend.plain(new Parallel(2));
        }
    }

    /** The kit's convolutions by each algorithm, whether or not their small shapes would be given to it. */
    @TestFactory
    List<DynamicContainer> convolutionsByEveryAlgorithm() {
        Oracle oracle = new Oracle();
        List<DynamicContainer> containers = new ArrayList<>();
        for (ConvolutionAlgorithm algorithm : ConvolutionAlgorithm.values()) {
            Parallel parallel = new Parallel(2);
            containers.add(convolutions("vector, " + algorithm, SimdBackend.vector(parallel, algorithm), oracle));
            containers.add(convolutions("plain, " + algorithm, SimdBackend.plain(parallel, algorithm), oracle));
        }
        return containers;
    }

    private static DynamicContainer convolutions(String name, Backend backend, Oracle oracle) {
        Conformance kit = new Conformance(backend, oracle);
        List<DynamicTest> tests = new ArrayList<>();
        for (OperationCase c : OperationCases.all()) {
            if (CONVOLUTIONS.contains(c.operation())) {
                c.dtypes().stream()
                        .filter(dtype -> kit.declares(c, dtype))
                        .map(dtype -> kit.agreement(c, dtype))
                        .forEach(check -> tests.add(DynamicTest.dynamicTest(
                                check.name(), () -> check.run().run())));
            }
        }
        tests.add(DynamicTest.dynamicTest("closes", backend::close));
        return DynamicContainer.dynamicContainer(name, tests);
    }
}
