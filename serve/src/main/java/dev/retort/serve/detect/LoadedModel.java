package dev.retort.serve.detect;

import dev.retort.detection.Detector;

/** A detector that several users share; it is closed when the last one lets go of it. */
public final class LoadedModel {
    private final Detector detector;
    private final String digest;
    private final long parameters;
    /** The model that holds it counts as one; 0 once it is closed. */
    private int users = 1;

    LoadedModel(Detector detector) {
        this.detector = detector;
        this.digest = detector.digest();
        this.parameters = detector.parameterCount();
    }

    /** The detector; nobody closes it but {@link #release}. */
    public Detector detector() {
        return detector;
    }

    /** SHA-256 of the weights. */
    public String digest() {
        return digest;
    }

    /** Number of weights. */
    public long parameters() {
        return parameters;
    }

    /** Takes hold of it; false if it is closed already. */
    synchronized boolean retain() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    /** Lets go of it. */
    synchronized void release() {
        users--;
        if (users == 0) {
            detector.close();
        }
    }
}
