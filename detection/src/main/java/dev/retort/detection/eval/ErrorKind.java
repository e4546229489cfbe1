package dev.retort.detection.eval;

/**
 * What is wrong with a detection that found no object, or with an object that no detection found: the six kinds of Bolya et
 * al., "TIDE: A General Toolbox for Identifying Object Detection Errors" (ECCV 2020, arXiv 2008.08115), section 2.2. The
 * overlap is the largest one with an object, 0.5 or more is foreground, 0.1 or less is background.
 */
public enum ErrorKind {
    /** On an object of another class, well placed: overlap of 0.5 or more. */
    CLASSIFICATION("classification"),
    /** Near an object of its class, badly placed: overlap from 0.1 to 0.5. */
    LOCALIZATION("localization"),
    /** Near an object of another class, badly placed: overlap from 0.1 to 0.5. */
    BOTH("both"),
    /** On an object of its class that a detection of a higher score has found. */
    DUPLICATE("duplicate"),
    /** On nothing: overlap of 0.1 or less with every object. */
    BACKGROUND("background"),
    /** An object without a detection, not even one that is wrong in class or in place only. */
    MISSED("missed");

    private final String label;

    ErrorKind(String label) {
        this.label = label;
    }

    /** The kind's name in tables. */
    public String label() {
        return label;
    }
}
