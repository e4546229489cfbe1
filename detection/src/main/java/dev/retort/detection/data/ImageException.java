package dev.retort.detection.data;

/** An image cannot be used; the message names it and says why and what to do. */
public final class ImageException extends DataException {
    private final ImageFault fault;

    ImageException(ImageFault fault, String message) {
        super(message);
        this.fault = fault;
    }

    ImageException(ImageFault fault, String message, Throwable cause) {
        super(message, cause);
        this.fault = fault;
    }

    /** The kind of fault. */
    public ImageFault fault() {
        return fault;
    }
}
