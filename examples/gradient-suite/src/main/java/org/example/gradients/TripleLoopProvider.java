package org.example.gradients;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;

/** Offers the backend by name, to {@code Backends.create} and to {@code @GradientChecked}; named in META-INF/services. */
public final class TripleLoopProvider implements BackendProvider {
    /** Behind all that Retort brings: nobody gets a toy without asking for it. */
    private static final int PREFERENCE = 2000;

    @Override
    public String name() {
        return TripleLoopBackend.NAME;
    }

    @Override
    public Usability usability() {
        return Usability.yes("an example, plain Java");
    }

    @Override
    public int preference() {
        return PREFERENCE;
    }

    @Override
    public Backend create() {
        return new TripleLoopBackend();
    }
}
