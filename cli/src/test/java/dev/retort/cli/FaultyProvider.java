package dev.retort.cli;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;
import dev.retort.tensor.Tensor;
import dev.retort.tensor.heap.Elements;
import dev.retort.tensor.reference.ReferenceBackend;

/**
 * A backend with one wrong operation: its running sums lose the last element. It is on the tests' class path and can be used
 * only while the property {@link #PROPERTY} is set, so that no other test meets it.
 */
public final class FaultyProvider implements BackendProvider {
    static final String NAME = "faulty";
    static final String PROPERTY = "retort.test.faulty";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Usability usability() {
        return Boolean.getBoolean(PROPERTY)
                ? Usability.yes("one wrong operation, for tests")
                : Usability.no("it is for tests that set -D" + PROPERTY + "=true", null);
    }

    @Override
    public int preference() {
        return Integer.MAX_VALUE;
    }

    @Override
    public Backend create() {
        return new ReferenceBackend() {
            @Override
            public String name() {
                return NAME;
            }

            @Override
            protected void cumsum(Tensor x, int axis, Tensor y) {
                super.cumsum(x, axis, y);
                if (y.size() > 0) {
                    Elements.of(y).set(Math.toIntExact(y.size() - 1), 0);
                }
            }
        };
    }
}
