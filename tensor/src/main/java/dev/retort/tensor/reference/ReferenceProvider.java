package dev.retort.tensor.reference;

import dev.retort.tensor.Backend;
import dev.retort.tensor.BackendProvider;

/** Offers the {@link ReferenceBackend}, which works everywhere, as the last choice. */
public final class ReferenceProvider implements BackendProvider {
    @Override
    public String name() {
        return ReferenceBackend.NAME;
    }

    @Override
    public Usability usability() {
        return Usability.yes("plain Java on one thread, float64 arithmetic, EJML products");
    }

    @Override
    public int preference() {
        return 1000;
    }

    @Override
    public Backend create() {
        return new ReferenceBackend();
    }
}
