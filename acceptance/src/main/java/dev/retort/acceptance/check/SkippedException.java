package dev.retort.acceptance.check;

/** A part makes no sense here; the message says why. */
public final class SkippedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SkippedException(String reason) {
        super(reason);
    }
}
