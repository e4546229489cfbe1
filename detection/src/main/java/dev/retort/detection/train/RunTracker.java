package dev.retort.detection.train;

import java.io.IOException;

/** A listener that takes a run to where people look at it, from before its first step to its end. */
public interface RunTracker extends RunListener {
    /** How a run came to its end. */
    enum End {
        /** The model is there. */
        COMPLETE,
        /** It was asked to stop, and may go on later. */
        STOPPED,
        FAILED
    }

    /** The last call: gives everything back, however it ends. */
    void end(End end) throws IOException;
}
