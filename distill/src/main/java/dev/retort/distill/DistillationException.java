package dev.retort.distill;

/** Teacher, student, data and method do not fit together. The message says why and what to do. */
public class DistillationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DistillationException(String message) {
        super(message);
    }
}
