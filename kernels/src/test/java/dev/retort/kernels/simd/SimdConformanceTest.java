package dev.retort.kernels.simd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.Operation;
import dev.retort.tensor.cases.OperationCase;
import dev.retort.tensor.conformance.BackendConformance;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The kit of the tensor module, on both kinds of loops. */
@Tag("smoke")
class SimdConformanceTest {
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

    /** The convolutions of the kit, by an algorithm that the small shapes of the kit would not be given. */
    private abstract static class Convolutions extends BackendConformance {
        @Override
        protected final List<OperationCase> cases() {
            return super.cases().stream()
                    .filter(c -> c.operation().equals("convolution") || isConvolution(c.operation()))
                    .toList();
        }

        private static boolean isConvolution(String operation) {
            return operation.equals(Operation.CONV2D.name())
                    || operation.equals(Operation.CONV2D_INPUT_GRADIENT.name());
        }
    }

    @Nested
    class Winograd2OnVectors extends Convolutions {
        @Override
        protected Backend backend() {
            return SimdBackend.vector(new Parallel(2), ConvolutionAlgorithm.WINOGRAD_2);
        }
    }

    @Nested
    class Winograd4OnVectors extends Convolutions {
        @Override
        protected Backend backend() {
            return SimdBackend.vector(new Parallel(2), ConvolutionAlgorithm.WINOGRAD_4);
        }
    }

    @Nested
    class Winograd2InPlainJava extends Convolutions {
        @Override
        protected Backend backend() {
            return SimdBackend.plain(new Parallel(2), ConvolutionAlgorithm.WINOGRAD_2);
        }
    }

    @Nested
    class Winograd4InPlainJava extends Convolutions {
        @Override
        protected Backend backend() {
            return SimdBackend.plain(new Parallel(2), ConvolutionAlgorithm.WINOGRAD_4);
        }
    }
}
