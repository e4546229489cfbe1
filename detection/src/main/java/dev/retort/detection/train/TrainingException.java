package dev.retort.detection.train;

/** Training cannot go on. The message says why and what to do; what was saved before is untouched. */
public class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TrainingException(String message) {
        super(message);
    }

    public TrainingException(String message, Throwable cause) {
        super(message, cause);
    }
}
