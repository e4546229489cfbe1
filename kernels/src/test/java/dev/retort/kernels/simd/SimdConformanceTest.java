package dev.retort.kernels.simd;

import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.kernels.simd.internal.winograd.ConvolutionAlgorithm;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The kit of the tensor module, on both kinds of loops. */
@Tag("smoke")
class SimdConformanceTest {
    private static final Set<String> CONVOLUTIONS = Set.of(
            "convolution",
            Operation.CONV2D.name(),
            Operation.CONV2D_INPUT_GRADIENT.name(),
            Operation.CONV2D_WEIGHT_GRADIENT.name());

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

    /** The convolutions of the kit, by an algorithm that its small shapes would not be given. */
    @TestFactory
    Stream<DynamicTest> convolutionsByEveryAlgorithm() {
        Parallel parallel = new Parallel(2);
        return Stream.of(ConvolutionAlgorithm.WINOGRAD_2, ConvolutionAlgorithm.WINOGRAD_4)
                .flatMap(algorithm -> Stream.concat(
                        convolutions(algorithm + " on vectors: ", SimdBackend.vector(parallel, algorithm)),
                        convolutions(algorithm + " in plain Java: ", SimdBackend.plain(parallel, algorithm))));
    }

    private static Stream<DynamicTest> convolutions(String how, Backend backend) {
        Conformance kit = new Conformance(backend, new Oracle());
        return OperationCases.all().stream()
                .filter(c -> CONVOLUTIONS.contains(c.operation()))
                .map(c -> kit.agreement(c, DType.F32))
                .map(check -> DynamicTest.dynamicTest(
                        how + check.name(), () -> check.run().run()));
    }
}
