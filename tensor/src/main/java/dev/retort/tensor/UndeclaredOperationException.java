package dev.retort.tensor;

/** An operation that a backend does not declare for a data type. */
public class UndeclaredOperationException extends UnsupportedOperationException {
    private static final long serialVersionUID = 1L;

    /** @param operands described below the message */
    public UndeclaredOperationException(Backend backend, Operation operation, DType dtype, Tensor... operands) {
        super("Backend '" + backend.name() + "' does not declare " + operation + " for " + dtype
                + ": cast the tensor to a declared type or use another backend" + Operands.describe(operands));
    }
}
