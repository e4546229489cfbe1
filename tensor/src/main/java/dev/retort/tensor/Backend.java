package dev.retort.tensor;

import java.util.Optional;

/**
 * Where tensors live and are computed: the core operations, and composed ones that have a default made from core ones.
 * A backend overrides a composed operation only where a fused kernel pays. A tape is a backend too: it forwards every
 * operation to the one beneath and records it.
 */
public interface Backend extends ComposedOperations, AutoCloseable {
    /** Short lower-case name: reference, simd, ... */
    String name();

    /** One line for people: device, vector width, threads. */
    String describe();

    /** Whether a core operation is declared for a dtype. */
    boolean supports(Operation operation, DType dtype);

    /** Live, pooled and peak bytes. */
    MemoryStatistics memory();

    /**
     * Waits until all that was asked for is done. Backends that hand work to a device return before it is; reading values waits by itself,
     * measuring time needs this.
     */
    default void synchronize() {}

    /**
     * What this backend, or the one at the bottom, offers besides operations, such as {@link KernelProfiler} or {@link TunableKernels};
     * empty if it does not. A backend offers an interface by implementing it.
     */
    default <C> Optional<C> capability(Class<C> capability) {
        return Optional.of(root()).filter(capability::isInstance).map(capability::cast);
    }

    /** The backend at the bottom, which computes; itself unless this is a tape. */
    default Backend root() {
        return this;
    }

    /** How many tapes lie between this and its root. */
    default int depth() {
        return 0;
    }

    @Override
    void close();

    /**
     * The backend to which an operation on these operands goes: the outermost tape among them, else their common one.
     *
     * @throws ShapeException if they live on different backends or on unrelated tapes
     */
    static Backend of(Tensor... operands) {
        Backend outermost = operands[0].backend();
        for (Tensor operand : operands) {
            Backend backend = operand.backend();
            if (backend != outermost) {
                if (backend.root() != outermost.root()) {
                    throw new ShapeException(
                            "Operands live on different backends, " + outermost.name() + " and " + backend.name()
                                    + ": move one by uploading its values",
                            operands);
                }
                if (backend.depth() == outermost.depth()) {
                    throw new ShapeException(
                            "Operands belong to two unrelated tapes: one over the other would do, or detach one side",
                            operands);
                }
                if (backend.depth() > outermost.depth()) {
                    outermost = backend;
                }
            }
        }
        return outermost;
    }
}
