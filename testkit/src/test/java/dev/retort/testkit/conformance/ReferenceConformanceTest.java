package dev.retort.testkit.conformance;

import dev.retort.tensor.Backend;
import dev.retort.tensor.reference.ReferenceBackend;
import org.junit.jupiter.api.Tag;

/** The reference held against itself: float32 against float64, views against whole tensors, its errors and its memory. */
@Tag("smoke")
class ReferenceConformanceTest extends BackendConformance {
    @Override
    protected Backend backend() {
        return new ReferenceBackend();
    }
}
