package org.example.gradients;

import dev.retort.tensor.Backend;
import dev.retort.testkit.conformance.BackendConformance;

/** All that a backend author writes: the kit runs every case of every declared operation, and prints what it skipped. */
class TripleLoopConformanceTest extends BackendConformance {
    @Override
    protected Backend backend() {
        return new TripleLoopBackend();
    }
}
