package dev.retort.tensor;

/** Shapes, axes or data types that do not fit an operation. The message names them. */
public class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }
}
