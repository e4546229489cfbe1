package dev.retort.kernels.device;

/** A device has no room for an allocation. The backend goes on to work once tensors have been closed. */
public final class DeviceMemoryException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
