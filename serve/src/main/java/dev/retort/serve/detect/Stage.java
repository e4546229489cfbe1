package dev.retort.serve.detect;

import java.util.Locale;

/** What is done with an image, in this order, and how long each takes. */
public enum Stage {
    /** From a file's bytes to pixels. */
    DECODE,
    /** To the size that the network sees. */
    RESIZE,
    /** Waiting for a worker, and for others to be computed with. */
    QUEUE,
    /** The network, for all images of the batch. */
    NETWORK,
    /** From the network's answer to boxes, for all images of the batch. */
    POSTPROCESS;

    /** As metrics and answers name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
