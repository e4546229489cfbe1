package dev.retort.cli.job;

/** Work was stopped by the user, who was told so already. */
public class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoppedException(String message) {
        super(message);
    }
}
