package dev.retort.kernels.simd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.conformance.BackendConformance;
import org.junit.jupiter.api.Nested;

/** The kit of the tensor module, on both kinds of loops. */
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
}
