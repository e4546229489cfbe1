package dev.retort.serve.detect;

import dev.retort.detection.DetectorException;
import dev.retort.tensor.DeviceException;
import java.io.PrintWriter;
import java.io.StringWriter;
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
        // In the message, as the command's log shows nothing else of a record.
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace, true));
        LOG.log(Level.ERROR, "unexpected error at a request, please report it: {0}", trace);
        return new ServiceException(
                FailureKind.INTERNAL, "The service failed at this request; its log tells more", failure);
    }
}
