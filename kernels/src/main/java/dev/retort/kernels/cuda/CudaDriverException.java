package dev.retort.kernels.cuda;

import dev.retort.tensor.DeviceException;

/** Something that the CUDA driver refuses, in words. */
public final class CudaDriverException extends DeviceException {
    private static final long serialVersionUID = 1L;

    CudaDriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
