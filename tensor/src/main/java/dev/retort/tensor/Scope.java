package dev.retort.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * Owns the tensors that are created in it, on its thread, and closes them when it closes. A result is moved out with
 * {@link #keep}:
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *     Tensor hidden = x.matmul(w1).relu();
 *     return scope.keep(hidden.matmul(w2));      // hidden goes back to the pool, the product does not
 * }
 * }</pre>
 *
 * A tensor created where no scope is open belongs to whoever made it, who closes it.
 */
public final class Scope implements AutoCloseable {
    private static final ThreadLocal<Scope> CURRENT = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();
    private final Scope parent;
    /** What counts as the place where tensors of this scope are made; null if each has its own. */
    private final Origin origin;

    private final Run run;
    private final List<Tensor> owned = new ArrayList<>();
    private boolean closed;

    /** Whether what is computed is recorded or final, or is the first or second run of a checkpointed block. */
    private enum Run {
        PLAIN,
        CHECKPOINTED,
        REPEATED
    }

    private Scope(Scope parent, Origin origin, Run run) {
        this.parent = parent;
        this.origin = origin;
        this.run = run;
    }

    /** Opens a scope inside the current one of this thread, if any. */
    public static Scope open() {
        Scope parent = CURRENT.get();
        return enter(parent, parent == null ? null : parent.origin, run(parent));
    }

    /**
     * Opens a scope whose tensors, and those of scopes inside, all count as made at one place: for work that the engine
     * does on behalf of one call, as a backward pass.
     */
    public static Scope open(Origin origin) {
        Scope parent = CURRENT.get();
        return enter(parent, origin, run(parent));
    }

    /** Opens a scope for the first run of a block whose inside is not recorded; see {@link #isCheckpointed}. */
    public static Scope openCheckpointed() {
        Scope parent = CURRENT.get();
        return enter(parent, null, isRepeating() ? Run.REPEATED : Run.CHECKPOINTED);
    }

    /** Opens a scope for computing such a block once more; see {@link #isRepeating}. */
    public static Scope openRepeating() {
        return enter(CURRENT.get(), null, Run.REPEATED);
    }

    private static Scope enter(Scope parent, Origin origin, Run run) {
        Scope scope = new Scope(parent, origin, run);
        CURRENT.set(scope);
        return scope;
    }

    private static Run run(Scope scope) {
        return scope == null ? Run.PLAIN : scope.run;
    }

    /**
     * Whether this thread is in a checkpointed block, of which nothing but the results is to be kept: what else would be kept
     * for later use, such as values derived from parameters, is better computed anew.
     */
    public static boolean isCheckpointed() {
        return run(CURRENT.get()) != Run.PLAIN;
    }

    /**
     * Whether this thread computes a checkpointed block for the second time, for its gradient. What has an effect besides its
     * result, such as moving running statistics, must leave it out then.
     */
    public static boolean isRepeating() {
        return run(CURRENT.get()) == Run.REPEATED;
    }

    static Origin origin() {
        Scope current = CURRENT.get();
        return current == null ? null : current.origin;
    }

    /** Makes a tensor that no scope owns a member of the innermost open one, if any. */
    public static void adopt(Tensor tensor) {
        Scope current = CURRENT.get();
        if (current != null) {
            current.add(tensor);
        }
    }

    private void add(Tensor tensor) {
        tensor.scope = this;
        tensor.slot = owned.size();
        owned.add(tensor);
    }

    /** Takes a tensor out of its scope: from now on whoever holds it closes it. Returns it. */
    public static <T extends Tensor> T release(T tensor) {
        Scope scope = tensor.scope;
        if (scope != null) {
            if (scope.thread != Thread.currentThread()) {
                throw new IllegalStateException("A scope belongs to the thread that opened it");
            }
            scope.owned.set(tensor.slot, null);
            tensor.scope = null;
        }
        return tensor;
    }

    /** Moves a tensor to the enclosing scope, or out of all scopes if there is none. Returns it. */
    public <T extends Tensor> T keep(T tensor) {
        if (tensor.scope == this) {
            release(tensor);
            if (parent != null) {
                parent.add(tensor);
            }
        }
        return tensor;
    }

    /** Closes every tensor still owned. Scopes close in the reverse order of their opening. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (CURRENT.get() != this) {
            throw new IllegalStateException(
                    thread == Thread.currentThread()
                            ? "Scopes must close in the reverse order of their opening"
                            : "A scope belongs to the thread that opened it");
        }
        closed = true;
        if (parent == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(parent);
        }
        for (int i = owned.size() - 1; i >= 0; i--) {
            Tensor tensor = owned.get(i);
            if (tensor != null) {
                tensor.scope = null;
                tensor.closedByScope = true;
                tensor.close();
            }
        }
        owned.clear();
    }
}
