package dev.retort.detection.box;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a detector found in one image, best first.
 *
 * @param boxes [n * 4], XYXY in pixels
 * @param scores [n], descending, in [0, 1]
 * @param classes [n], class indexes 0..K-1
 */
public record Detections(double[] boxes, double[] scores, int[] classes) {
    public Detections {
        int n = Boxes.count(boxes);
        if (scores.length != n || classes.length != n) {
            throw new IllegalArgumentException(
                    n + " boxes, but " + scores.length + " scores and " + classes.length + " classes");
        }
    }

    /** Number of detections, n. */
    public int size() {
        return scores.length;
    }

    /** The detections of these indexes, in that order. */
    public Detections select(int[] indexes) {
        return new Detections(
                Boxes.select(boxes, indexes),
                Arrays.stream(indexes).mapToDouble(i -> scores[i]).toArray(),
                Arrays.stream(indexes).map(i -> classes[i]).toArray());
    }

    /**
     * The detections in an image of another size: boxes scaled, clipped to the image, and dropped where nothing is left.
     *
     * @param from size of the image, without padding, in which the boxes lie now
     * @param to size of the wanted image
     */
    public Detections rescale(ImageSize from, ImageSize to) {
        double[] scaled = Boxes.scale(boxes, (double) to.width() / from.width(), (double) to.height() / from.height());
        Detections clipped = new Detections(Boxes.clip(scaled, to), scores, classes);
        return clipped.select(IntStream.range(0, size())
                .filter(i -> Boxes.isNonEmpty(clipped.boxes, i))
                .toArray());
    }
}
