package dev.retort.detection.data;

/** Why an image cannot be used. */
public enum ImageFault {
    NAME("named as no file can be"),
    MISSING("not there"),
    UNREADABLE("not readable"),
    FORMAT("of no known format"),
    TOO_LARGE("too large"),
    DAMAGED("damaged"),
    SIZE("of another size than annotated");

    private final String words;

    ImageFault(String words) {
        this.words = words;
    }

    /** What such images are, as in "3 images are not there". */
    public String words() {
        return words;
    }
}
