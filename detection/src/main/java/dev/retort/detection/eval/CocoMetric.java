package dev.retort.detection.eval;

/**
 * COCO's twelve numbers for boxes: average precision over recall levels, or the recall reached, both averaged over
 * categories and over IoU thresholds 0.50, 0.55, ..., 0.95 or at one of them.
 */
public enum CocoMetric {
    AP("AP", true, 0, AreaRange.ALL, 100),
    AP50("AP50", true, 0.5, AreaRange.ALL, 100),
    AP75("AP75", true, 0.75, AreaRange.ALL, 100),
    AP_SMALL("APs", true, 0, AreaRange.SMALL, 100),
    AP_MEDIUM("APm", true, 0, AreaRange.MEDIUM, 100),
    AP_LARGE("APl", true, 0, AreaRange.LARGE, 100),
    AR1("AR1", false, 0, AreaRange.ALL, 1),
    AR10("AR10", false, 0, AreaRange.ALL, 10),
    AR100("AR100", false, 0, AreaRange.ALL, 100),
    AR_SMALL("ARs", false, 0, AreaRange.SMALL, 100),
    AR_MEDIUM("ARm", false, 0, AreaRange.MEDIUM, 100),
    AR_LARGE("ARl", false, 0, AreaRange.LARGE, 100);

    private final String label;
    private final boolean precision;
    private final double iou;
    private final AreaRange area;
    private final int maxDetections;

    CocoMetric(String label, boolean precision, double iou, AreaRange area, int maxDetections) {
        this.label = label;
        this.precision = precision;
        this.iou = iou;
        this.area = area;
        this.maxDetections = maxDetections;
    }

    /** The usual short name, for example {@code APs}. */
    public String label() {
        return label;
    }

    /** Whether this is an average precision; otherwise it is an average recall. */
    public boolean isPrecision() {
        return precision;
    }

    /** The one IoU threshold, or 0 for all ten. */
    public double iou() {
        return iou;
    }

    /** The size class of the objects that count. */
    public AreaRange area() {
        return area;
    }

    /** How many detections an image and category may have: 1, 10 or 100. */
    public int maxDetections() {
        return maxDetections;
    }
}
