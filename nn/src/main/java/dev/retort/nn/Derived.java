package dev.retort.nn;

import dev.retort.tensor.Scope;
import dev.retort.tensor.Storage;
import dev.retort.tensor.Tensor;
import java.util.function.Supplier;

/**
 * A tensor computed from parameters or buffers, kept until one of them is overwritten. While a tape watches a source the
 * value is computed anew, so that gradients flow; so it is in a checkpointed block, which keeps nothing.
 *
 * <p>Several threads may ask at once. A current value is shared without a lock; where there is none, one thread computes and the
 * others wait for it. What each gets shares the kept memory and holds it as long as the scope that it belongs to, whatever
 * becomes of the kept value meanwhile.
 */
final class Derived implements AutoCloseable {
    private volatile Kept kept;

    /**
     * A kept value.
     *
     * @param storage the value's memory; it can be asked for even after another thread has closed the value
     * @param versions of the sources that it was computed from
     */
    private record Kept(Tensor value, Storage storage, int[] versions) {
        /** Another tensor on the same memory, of the caller's scope; null if a source has changed or the memory is gone. */
        Tensor share(Tensor[] sources) {
            for (int i = 0; i < sources.length; i++) {
                if (versions[i] != sources[i].storage().version()) {
                    return null;
                }
            }
            return storage.tryRetain()
                    ? new Tensor(value.backend(), value.shape(), value.dtype(), storage, value.offset())
                    : null;
        }
    }

    /** The kept value, or a new one where it cannot be kept or a source has changed since: a member of the caller's scope. */
    Tensor get(Supplier<Tensor> compute, Tensor... sources) {
        if (Scope.isCheckpointed() || isWatched(sources)) {
            close();
            return compute(compute);
        }
        Tensor shared = share(sources);
        return shared == null ? refresh(compute, sources) : shared;
    }

    private Tensor share(Tensor[] sources) {
        Kept current = kept;
        return current == null ? null : current.share(sources);
    }

    private synchronized Tensor refresh(Supplier<Tensor> compute, Tensor[] sources) {
        // Another thread may have computed it while this one waited.
        Tensor shared = share(sources);
        if (shared != null) {
            return shared;
        }
        close();
        int[] versions = new int[sources.length];
        for (int i = 0; i < sources.length; i++) {
            versions[i] = sources[i].storage().version();
        }
        Tensor value = Scope.release(compute(compute));
        Tensor result = value.detach();
        kept = new Kept(value, value.storage(), versions);
        return result;
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

    /** Lets go of the kept value. */
    @Override
    public void close() {
        if (kept != null) {
            drop();
        }
    }

    private synchronized void drop() {
        Kept old = kept;
        kept = null;
        if (old != null) {
            old.value.close();
        }
    }
}
