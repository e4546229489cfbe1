package dev.retort.kernels.opencl;

import dev.retort.tensor.DeviceException;

/** Something that an OpenCL driver refuses, in words. */
public final class OpenClException extends DeviceException {
    private static final long serialVersionUID = 1L;

    OpenClException(String message, Throwable cause) {
        super(message, cause);
    }
}
