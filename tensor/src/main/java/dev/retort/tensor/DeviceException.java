package dev.retort.tensor;

/**
 * A backend or its device cannot be used, or fails: no driver, no memory left, a kernel that a driver refuses. The message says
 * what to do.
 */
public class DeviceException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public DeviceException(String message) {
        super(message);
    }

    public DeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
