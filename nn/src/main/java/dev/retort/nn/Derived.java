package dev.retort.nn;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A tensor computed from parameters or buffers, kept until one of them is overwritten. While a tape watches a source the
 * value is computed anew, so that gradients flow; so it is in a checkpointed block, which keeps nothing.
 *
 * <p>Several threads may ask at once: one computes, the others wait for it. What each gets shares the kept memory and holds it
 * as long as the scope that it belongs to, whatever becomes of the kept value meanwhile.
 */
final class Derived implements AutoCloseable {
    private Tensor value;
    private int[] versions;

    /** The kept value, or a new one where it cannot be kept or a source has changed since: a member of the caller's scope. */
    Tensor get(Supplier<Tensor> compute, Tensor... sources) {
        if (Scope.isCheckpointed() || isWatched(sources)) {
            close();
            return compute(compute);
        }
        synchronized (this) {
            if (value == null || !isCurrent(sources)) {
                close();
                int[] read = new int[sources.length];
                for (int i = 0; i < sources.length; i++) {
                    read[i] = sources[i].storage().version();
                }
                value = Scope.release(compute(compute));
                versions = read;
            }
            return value.detach();
        }
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

    /** Lets go of the kept value. */
    @Override
    public synchronized void close() {
        if (value != null) {
            value.close();
            value = null;
        }
    }
}
