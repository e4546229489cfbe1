package dev.retort.detection.data;

/** A picture cannot be used; the message names it and says why and what to do. */
public final class PictureException extends DataException {
    private final PictureFault fault;

    PictureException(PictureFault fault, String message) {
        super(message);
        this.fault = fault;
    }

    PictureException(PictureFault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /** The kind of fault. */
    public PictureFault fault() {
        return fault;
    }
}
