package dev.retort.acceptance.check;

import com.fasterxml.jackson.annotation.JsonValue;

/** What came of a part. */
public enum Status {
    /** It has begun; what a process that ended before its time leaves behind. */
    RUNNING("running"),
    PASSED("passed"),
    FAILED("failed"),
    /** It makes no sense here. */
    SKIPPED("skipped"),
    TIMED_OUT("timed out"),
    /** The whole check's time was short; what it had measured until then counts. */
    CUT_OFF("cut off");

    private final String text;

    Status(String text) {
        this.text = text;
    }

    /** Whether the device is not as it should be, or nobody knows. */
    public boolean isBad() {
        return this != PASSED && this != SKIPPED && this != CUT_OFF;
    }

    @JsonValue
    @Override
    public String toString() {
        return text;
    }
}
