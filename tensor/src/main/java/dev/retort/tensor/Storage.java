package dev.retort.tensor;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Reference-counted memory of one backend, shared by a tensor, its views and the tapes that saved it. It starts with one
 * reference; {@link #free} runs when the last one is released. Counting takes no lock.
 */
public abstract class Storage {
    private static final AtomicIntegerFieldUpdater<Storage> REFERENCES =
            AtomicIntegerFieldUpdater.newUpdater(Storage.class, "references");

    private volatile int references = 1;
    private int version;
    private Origin written;

    /** Size in bytes, as allocated. */
    public abstract long bytes();

    /** Gives the memory back to its backend. Called once. */
    protected abstract void free();

    /** Adds a reference. */
    public final void retain() {
        if (!tryRetain()) {
            throw gone();
        }
    }

    /** Adds a reference unless the last one was released already, by another thread perhaps; says whether it did. */
    public final boolean tryRetain() {
        int held = references;
        while (held > 0) {
            if (REFERENCES.compareAndSet(this, held, held + 1)) {
                return true;
            }
            held = references;
        }
        return false;
    }

    /** Drops a reference; the last one frees the memory. */
    public final void release() {
        int held = references;
        while (held > 0) {
            if (REFERENCES.compareAndSet(this, held, held - 1)) {
                if (held == 1) {
                    free();
                }
                return;
            }
            held = references;
        }
        throw gone();
    }

    private static IllegalStateException gone() {
        return new IllegalStateException("This memory has been given back already");
    }

    /** How often the contents were overwritten in place. A tape that saved an older version refuses to use it. */
    public final int version() {
        return version;
    }

    /** Where it was last overwritten while others held it too, as a tape does; null if never. */
    public final Origin written() {
        return written;
    }

    /** Called by every operation that writes in place. */
    public final void bumpVersion() {
        version++;
        if (references > 1) {
            written = Origin.here();
        }
    }
}
