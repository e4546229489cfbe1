package dev.retort.detection.box;

/** What four numbers say of a box, given an anchor. */
@FunctionalInterface
public interface BoxDecoder {
    /**
     * Decodes one box.
     *
     * @param anchors [n * 4] XYXY
     * @param i which of them
     * @param boxes [m * 4] XYXY, written to
     * @param j which of them
     */
    void decode(
            double[] anchors, int i, double first, double second, double third, double fourth, double[] boxes, int j);
}
