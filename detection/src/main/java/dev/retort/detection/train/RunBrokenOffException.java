package dev.retort.detection.train;

/** A training run that failed in the middle. The cause is the failure; the message says what is left of the run. */
public class RunBrokenOffException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RunBrokenOffException(String message, Throwable cause) {
        super(message, cause);
    }
}
