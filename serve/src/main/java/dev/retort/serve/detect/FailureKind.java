package dev.retort.serve.detect;

import java.util.Locale;

/** Why a request is not answered as it was meant, with the status that says so. */
public enum FailureKind {
    /** The request is not as it should be. */
    REQUEST(400),
    /** An image is damaged. */
    IMAGE(400),
    /** A model file cannot be loaded again. */
    MODEL_FILE(400),
    TOKEN(401),
    /** No such path or model. */
    UNKNOWN(404),
    METHOD(405),
    /** The body came too slowly. */
    SLOW(408),
    /** A body, an image or a list of images beyond what is allowed. */
    TOO_LARGE(413),
    /** Content of a kind that is not read. */
    FORMAT(415),
    /** No place in the queue, or no memory for more at once: later there is. */
    BUSY(429),
    /** A model's answer is not a number, or a defect of the program. */
    INTERNAL(500),
    /** The backend failed at it, for lack of memory for instance. */
    DEVICE(503),
    /** The service is ending. */
    STOPPING(503),
    /** It took longer than it may. */
    DEADLINE(504);

    private final int status;

    FailureKind(int status) {
        this.status = status;
    }

    /** The status of HTTP. */
    public int status() {
        return status;
    }

    /** As metrics name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
