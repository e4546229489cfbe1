package dev.retort.kernels.cuda;

/** Something that the CUDA driver refuses, in words. */
public final class CudaDriverException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    CudaDriverException(String message, Throwable cause) {
        super(message, cause);
    }
}
