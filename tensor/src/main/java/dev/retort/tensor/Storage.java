package dev.retort.tensor;

/**
 * Reference-counted memory of one backend, shared by a tensor, its views and the tapes that saved it. It starts with one
 * reference; {@link #free} runs when the last one is released.
 */
public abstract class Storage {
    private int references = 1;
    private int version;
    private Origin written;

    /** Size in bytes, as allocated. */
    public abstract long bytes();

    /** Gives the memory back to its backend. Called once. */
    protected abstract void free();

    /** Adds a reference. */
    public final synchronized void retain() {
        if (references == 0) {
            throw new IllegalStateException("This memory has been given back already");
        }
        references++;
    }

    /** Drops a reference; the last one frees the memory. */
    public final synchronized void release() {
        if (references == 0) {
            throw new IllegalStateException("This memory has been given back already");
        }
        if (--references == 0) {
            free();
        }
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
