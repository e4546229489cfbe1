package dev.retort.detection.settings;

/** What a change of a key does to a run that goes on. */
public enum Effect {
    /** The checkpoint's numbers belong to another network or optimizer: there is no going on. */
    ARCHITECTURE,
    /** The same network learns something else from here on. */
    MEANING,
    /** The run takes another course, with a result of the same kind. */
    COURSE,
    /** No number changes. */
    NONE
}
