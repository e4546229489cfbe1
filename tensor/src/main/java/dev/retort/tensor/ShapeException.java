package dev.retort.tensor;

/**
 * Shapes, axes or data types that do not fit an operation. The message names them, and the places where the operands were
 * made.
 */
public class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** What does not fit, without the lines on operands. */
    private final String problem;

    /** Inside an operation of a backend, lines on its operands are added. */
    public ShapeException(String message) {
        super(message + Operands.underWay());
        problem = message;
    }

    /** @param operands described below the message; null ones are left out */
    public ShapeException(String message, Tensor... operands) {
        super(message + Operands.describe(operands));
        problem = message;
    }

    /** The same problem, seen where the operands are known. */
    ShapeException of(Tensor... operands) {
        return new ShapeException(problem, operands);
    }
}
