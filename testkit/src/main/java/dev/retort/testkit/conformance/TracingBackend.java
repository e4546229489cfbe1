package dev.retort.testkit.conformance;

import dev.retort.tensor.DType;
import dev.retort.tensor.Operation;
import dev.retort.tensor.reference.ReferenceBackend;
import java.util.LinkedHashSet;
import java.util.Set;

/** The reference backend, noting which core operations it is asked for: what a case needs is seen by running it here. */
final class TracingBackend extends ReferenceBackend {
    /** A core operation in a dtype. */
    record Capability(Operation operation, DType dtype) {
        @Override
        public String toString() {
            return operation + " " + dtype;
        }
    }

    private final Set<Capability> used = new LinkedHashSet<>();

    @Override
    public boolean supports(Operation operation, DType dtype) {
        used.add(new Capability(operation, dtype));
        return super.supports(operation, dtype);
    }

    Set<Capability> used() {
        return used;
    }
}
