package dev.retort.kernels.simd;

import dev.retort.kernels.simd.internal.run.Parallel;
import dev.retort.tensor.Backend;
import dev.retort.testkit.conformance.faults.BackendFaults;
import org.junit.jupiter.api.Tag;

/** The kit catches faults in this backend too: none of them hides behind what the backend leaves undeclared. */
@Tag("long")
class SimdFaultsTest extends BackendFaults {
    @Override
    protected Backend backend() {
        return SimdBackend.vector(new Parallel(1));
    }
}
