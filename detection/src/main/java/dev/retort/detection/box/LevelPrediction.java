package dev.retort.detection.box;

/**
 * A detector's output for one pyramid level of one image: A' anchors (all cells'), K classes.
 *
 * @param anchors [A' * 4], XYXY
 * @param logits [A' * K], class scores before the sigmoid, row-major
 * @param boxes [A' * 4], encoded
 * @param decoder reads them
 */
public record LevelPrediction(double[] anchors, float[] logits, float[] boxes, BoxDecoder decoder) {
    public LevelPrediction {
        int count = Boxes.count(anchors);
        if (boxes.length != anchors.length || (count == 0 ? logits.length != 0 : logits.length % count != 0)) {
            throw new IllegalArgumentException("A level of " + count + " anchors cannot have " + boxes.length
                    + " numbers of boxes and " + logits.length + " logits");
        }
    }
}
