package dev.retort.detection.data;

/**
 * How a stored image is turned to be shown: the values of EXIF's Orientation tag (CIPA DC-008, 4.6.4), in their order
 * from 1.
 */
public enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    UPSIDE_DOWN(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    QUARTER_CLOCKWISE(true, false, true),
    TRANSVERSE(true, true, true),
    QUARTER_COUNTERCLOCKWISE(true, true, false);

    private final boolean swapped;
    private final boolean columnsReversed;
    private final boolean rowsReversed;

    Orientation(boolean swapped, boolean columnsReversed, boolean rowsReversed) {
        this.swapped = swapped;
        this.columnsReversed = columnsReversed;
        this.rowsReversed = rowsReversed;
    }

    /** The orientation of a tag's value; upright for any value that is none, as viewers take it. */
    static Orientation ofTag(int tag) {
        return tag >= 1 && tag <= values().length ? values()[tag - 1] : UPRIGHT;
    }

    /** The tag's value, 1 to 8. */
    public int tag() {
        return ordinal() + 1;
    }

    /** Whether stored rows are shown as columns, so that width and height change places. */
    public boolean swapped() {
        return swapped;
    }

    /** Where pixels of a stored image lie in the shown one: pixel (x, y) at {@code start + x * column + y * row}. */
    record Steps(int start, int column, int row) {}

    /** The steps for a stored image of {@code width} x {@code height} pixels. */
    Steps steps(int width, int height) {
        int column = swapped ? height : 1;
        int row = swapped ? 1 : width;
        int start = (columnsReversed ? (width - 1) * column : 0) + (rowsReversed ? (height - 1) * row : 0);
        return new Steps(start, columnsReversed ? -column : column, rowsReversed ? -row : row);
    }
}
