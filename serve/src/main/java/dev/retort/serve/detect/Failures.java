package dev.retort.serve.detect;

import dev.retort.detection.DetectorException;
import dev.retort.tensor.DeviceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What a caller is told of a failure: words, never a stack trace. Defects of the program go to the log with theirs. */
public final class Failures {
    private static final Logger LOG = System.getLogger("dev.retort.serve");

    private Failures() {}

    /** The failure as it is told. */
    public static ServiceException told(Throwable failure) {
        if (failure instanceof ServiceException known) {
            return known;
        }
        if (failure instanceof DetectorException) {
            return new ServiceException(FailureKind.INTERNAL, failure.getMessage(), failure);
        }
        if (failure instanceof OutOfMemoryError) {
            return new ServiceException(
                    FailureKind.DEVICE,
                    "The service had not enough memory for this request. Send smaller or fewer images, or give it more (RETORT_HEAP=...)",
                    failure);
        }
        if (failure instanceof DeviceException) {
            LOG.log(Level.WARNING, failure.getMessage());
            return new ServiceException(FailureKind.DEVICE, failure.getMessage(), failure);
        }
        LOG.log(Level.ERROR, "unexpected error at a request, please report it", failure);
        return new ServiceException(
                FailureKind.INTERNAL, "The service failed at this request; its log tells more", failure);
    }
}
