package dev.retort.serve.api;

import dev.retort.serve.detect.FailureKind;
import dev.retort.serve.detect.ServiceException;

/** Names, data types and messages of the Open Inference Protocol that its readers and writers share. */
final class Tensors {
    static final String BYTES = "BYTES";
    static final String FP32 = "FP32";
    static final String INT64 = "INT64";
    static final String UINT8 = "UINT8";

    static final String IMAGES = "images";
    static final String BOXES = "boxes";
    static final String SCORES = "scores";
    static final String CLASSES = "classes";
    static final String COUNTS = "counts";

    /** Length of the JSON in a body that has binary data behind it. */
    static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    /** Channels of pixels. */
    static final int CHANNELS = 3;

    private Tensors() {}

    static ServiceException wrong(String message) {
        return new ServiceException(FailureKind.REQUEST, message);
    }
}
