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
    private final List<Tensor> owned = new ArrayList<>();
    private boolean closed;

    private Scope(Scope parent) {
        this.parent = parent;
    }

    /** Opens a scope inside the current one of this thread, if any. */
    public static Scope open() {
        Scope scope = new Scope(CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    /** Makes a new tensor a member of the innermost open scope. */
    static void adopt(Tensor tensor) {
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
                tensor.close();
            }
        }
        owned.clear();
    }
}
