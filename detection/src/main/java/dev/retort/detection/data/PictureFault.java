package dev.retort.detection.data;

/** Why a picture cannot be used. */
public enum PictureFault {
    NAME("named as no file can be"),
    MISSING("not there"),
    UNREADABLE("not readable"),
    FORMAT("of no known format"),
    TOO_LARGE("too large"),
    DAMAGED("damaged"),
    SIZE("of another size than annotated");

    private final String words;

    PictureFault(String words) {
        this.words = words;
    }

    /** What such pictures are, as in "3 pictures are not there". */
    public String words() {
        return words;
    }
}
