package dev.retort.kernels.opencl;

/** Something that an OpenCL driver refuses, in words. */
public final class OpenClException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    OpenClException(String message, Throwable cause) {
        super(message, cause);
    }
}
