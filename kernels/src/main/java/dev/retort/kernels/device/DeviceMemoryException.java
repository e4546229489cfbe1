package dev.retort.kernels.device;

import dev.retort.tensor.DeviceException;

/** A device has no room for an allocation. The backend goes on to work once tensors have been closed. */
public final class DeviceMemoryException extends DeviceException {
    private static final long serialVersionUID = 1L;

    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
