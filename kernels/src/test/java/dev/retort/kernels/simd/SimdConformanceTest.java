package dev.retort.kernels.simd;

import dev.retort.tensor.Backend;
import dev.retort.tensor.conformance.BackendConformance;
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
}
