package dev.retort.detection;

/** A detector cannot do what it is asked for: it knows other classes, or its training had diverged. The message says what to do. */
public class DetectorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DetectorException(String message) {
        super(message);
    }

    public DetectorException(String message, Throwable cause) {
        super(message, cause);
    }
}
