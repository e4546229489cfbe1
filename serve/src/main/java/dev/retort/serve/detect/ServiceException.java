package dev.retort.serve.detect;

import java.util.Objects;

/** A request that is refused or fails; the message is for the caller. */
public final class ServiceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureKind kind;

    public ServiceException(FailureKind kind, String message) {
        super(message);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    public ServiceException(FailureKind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** The kind of failure. */
    public FailureKind kind() {
        return kind;
    }
}
