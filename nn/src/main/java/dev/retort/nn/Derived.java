package dev.retort.nn;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A tensor computed from parameters or buffers, kept until one of them is overwritten. While a tape watches a source the
 * value is computed anew, so that gradients flow, and belongs to the caller's scope; so it is in a checkpointed block, which
 * keeps nothing.
 */
final class Derived implements AutoCloseable {
    private Tensor value;
    private int[] versions;

    /** The kept value, or a new one where it cannot be kept or a source has changed since. Do not close it. */
    Tensor get(Supplier<Tensor> compute, Tensor... sources) {
        if (Scope.isCheckpointed() || isWatched(sources)) {
            close();
            return compute(compute);
        }
        if (value == null || !isCurrent(sources)) {
            close();
            versions = new int[sources.length];
            for (int i = 0; i < sources.length; i++) {
                versions[i] = sources[i].storage().version();
            }
            value = Scope.release(compute(compute));
        }
        return value;
    }

    private static Tensor compute(Supplier<Tensor> compute) {
        try (Scope scope = Scope.open()) {
            return scope.keep(compute.get());
        }
    }

    private static boolean isWatched(Tensor[] sources) {
        for (Tensor source : sources) {
            if (source.backend().depth() > 0) {
                return true;
            }
        }
        return false;
    }

    private boolean isCurrent(Tensor[] sources) {
        for (int i = 0; i < sources.length; i++) {
            if (versions[i] != sources[i].storage().version()) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() {
        if (value != null) {
            value.close();
            value = null;
        }
    }
}
