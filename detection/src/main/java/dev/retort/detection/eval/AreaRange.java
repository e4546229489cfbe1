package dev.retort.detection.eval;

/** COCO's size classes by area in square pixels, bounds included: an area of exactly 32^2 is small and medium. */
public enum AreaRange {
    ALL("all", 0, 1e10),
    SMALL("small", 0, 32 * 32),
    MEDIUM("medium", 32 * 32, 96 * 96),
    LARGE("large", 96 * 96, 1e10);

    private final String label;
    private final double low;
    private final double high;

    AreaRange(String label, double low, double high) {
        this.label = label;
        this.low = low;
        this.high = high;
    }

    /** The name in COCO's summary. */
    public String label() {
        return label;
    }

    /** Whether {@code area} lies in this class. */
    public boolean contains(double area) {
        return area >= low && area <= high;
    }
}
